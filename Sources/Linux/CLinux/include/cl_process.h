#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// clone3(2) as a fork: the child has a copy of the memory and returns 0 here. CLONE_PIDFD is always added and
/// `*pidfd` set in the parent. `cgroup` is used with CLONE_INTO_CGROUP, else -1. For single-threaded callers only.
int cl_clone(uint64_t flags, int cgroup, int *_Nonnull pidfd);
int cl_unshare(int flags);
int cl_setns(int fd, int flags);
/// waitid(2) P_ALL without blocking: the pid of a child that ended, 0 if none has, or -errno.
/// `*status` is the exit code, or 128 + the signal's number.
int cl_reap(int *_Nonnull status);
/// waitid(2) P_PIDFD, blocking unless `nohang`; returns the pid, or 0 when it still runs.
int cl_wait_pidfd(int pidfd, int nohang, int *_Nonnull status);
int cl_pidfd_open(int pid);
int cl_pidfd_signal(int pidfd, int signal);
int cl_kill(int pid, int signal);
/// execve(2); returns only on failure.
int cl_execve(const char *_Nonnull path, char *_Nullable const *_Nonnull arguments,
              char *_Nullable const *_Nonnull environment);
_Noreturn void cl_exit(int code);
int cl_prctl(int operation, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int cl_setgroups(const uint32_t *_Nullable groups, size_t count);
int cl_setresuid(uint32_t uid);
int cl_setresgid(uint32_t gid);
/// capset(2), version 3, for the calling thread.
int cl_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable);
int cl_setrlimit(int resource, uint64_t soft, uint64_t hard);
int cl_close_range(unsigned first, unsigned last, unsigned flags);
/// setpriority(2) and ioprio_set(2) of the calling thread alone.
int cl_set_nice(int nice);
int cl_set_io_priority(int priority);
int cl_setsid(void);
uint32_t cl_umask(uint32_t mask);
int cl_chdir(const char *_Nonnull path);
int cl_fchdir(int fd);
/// getcwd(2), the system call: "(unreachable)/…" for a directory outside the root.
ssize_t cl_getcwd(char *_Nonnull buffer, size_t size);
int cl_dup_onto(int fd, int target);
int cl_sethostname(const char *_Nonnull name, size_t length);
int cl_setdomainname(const char *_Nonnull name, size_t length);
/// keyctl(2) KEYCTL_JOIN_SESSION_KEYRING.
int cl_join_session_keyring(const char *_Nonnull name);
/// seccomp(2) SECCOMP_SET_MODE_FILTER; `program` is an array of `count` struct sock_filter.
int cl_seccomp(const void *_Nonnull program, uint16_t count, unsigned flags);
/// memfd_create(2), close-on-exec and sealable, executable where the kernel asks (Linux 6.3).
int cl_memfd(const char *_Nonnull name);
/// fcntl(2) F_ADD_SEALS: nothing about the file can change any more.
int cl_seal(int fd);
/// sendfile(2) from `offset` on, which advances.
ssize_t cl_sendfile(int to, int from, int64_t *_Nonnull offset, size_t count);
/// posix_spawn(3) of the program that `image` holds, into a session of its own: descriptors 0 to 2 are /dev/null, 3 is
/// `control`, 4 is `image`, nothing else is inherited; signals are as after login. Returns the pid.
int cl_spawn_detached(int image, char *_Nullable const *_Nonnull arguments, int control);

/// Blocks every signal (sigprocmask(2)).
int cl_block_signals(void);
/// Unblocks every signal and gives each its default action, as a program expects after execve(2).
int cl_reset_signals(void);
/// signalfd(2) for SIGCHLD, non-blocking.
int cl_child_signals(void);
/// Nanoseconds of clock_gettime(2).
int64_t cl_realtime(void);
int64_t cl_monotonic(void);
/// malloc_trim(3).
void cl_release_memory(void);
