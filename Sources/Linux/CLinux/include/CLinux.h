/// Calls and macros that Swift cannot import, and what must run between clone and exec.
///
/// Admission: not importable by Swift, or no libc wrapper, or must not see Swift's runtime. Functions are prefixed
/// `cl_`, take only scalars and pointers, hold no logic, retry EINTR where that is safe, and return `-errno`.
/// One header per topic.
#pragma once

#include "cl_bpf.h"
#include "cl_btrfs.h"
#include "cl_descriptor.h"
#include "cl_inet_socket.h"
#include "cl_files.h"
#include "cl_sha256.h"
#include "cl_mount.h"
#include "cl_netlink.h"
#include "cl_netns.h"
#include "cl_process.h"
#include "cl_socket.h"
#include "cl_terminal.h"
#include "cl_watch.h"
