#pragma once
#include <stdint.h>

int cl_mount(const char *_Nullable source, const char *_Nonnull target, const char *_Nullable type,
             unsigned long flags, const char *_Nullable data);
int cl_umount(const char *_Nonnull target, int flags);
int cl_pivot_root(const char *_Nonnull new_root, const char *_Nonnull put_old);
/// open_tree(2) with OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | `flags` (AT_RECURSIVE, AT_SYMLINK_NOFOLLOW).
int cl_clone_mount(int directory, const char *_Nonnull path, unsigned flags);
/// move_mount(2) between two descriptors: the detached mount `mount` onto the file or directory `target`.
int cl_attach_mount(int mount, int target);
/// mount_setattr(2) on `fd` itself: MOUNT_ATTR_* to set and clear, MS_SHARED … as `propagation` (0: unchanged).
int cl_change_mount(int fd, int recursive, uint64_t set, uint64_t clear, uint64_t propagation);
