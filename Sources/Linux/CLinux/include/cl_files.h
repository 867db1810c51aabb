#pragma once
#include <stddef.h>
#include <stdint.h>

/// What statx(2) says, flattened to scalars.
struct cl_stat {
    uint32_t mode, uid, gid, nlink;
    uint64_t inode, size, blocks;
    uint32_t device_major, device_minor, special_major, special_minor;
    int64_t mtime, ctime;
    uint32_t mtime_nsec, ctime_nsec;
    uint64_t mount_id;
};

/// What fstatfs(2) says.
struct cl_statfs {
    int64_t type, block_size, name_max;
    uint64_t blocks, blocks_free, blocks_available, files, files_free;
};

/// openat2(2); O_CLOEXEC is always added. Retries EINTR and EAGAIN (a rename raced with a RESOLVE_IN_ROOT walk).
int cl_openat2(int directory, const char *_Nonnull path, uint64_t flags, uint64_t mode, uint64_t resolve);
int cl_mkdirat(int directory, const char *_Nonnull path, uint32_t mode);
int cl_symlinkat(const char *_Nonnull target, int directory, const char *_Nonnull path);
int cl_linkat(int from, const char *_Nonnull old_path, int to, const char *_Nonnull new_path, int flags);
int cl_mknodat(int directory, const char *_Nonnull path, uint32_t mode, uint32_t major, uint32_t minor);
int cl_unlinkat(int directory, const char *_Nonnull path, int flags);
int cl_renameat2(int from, const char *_Nonnull old_path, int to, const char *_Nonnull new_path, uint32_t flags);
/// readlinkat(2): bytes written, no terminating NUL.
long cl_readlinkat(int directory, const char *_Nonnull path, void *_Nonnull buffer, size_t size);
int cl_fchownat(int directory, const char *_Nonnull path, uint32_t uid, uint32_t gid, int flags);
int cl_fchown(int fd, uint32_t uid, uint32_t gid);
int cl_fchmod(int fd, uint32_t mode);
/// fchmodat2(2) without following a last symbolic link; Linux 6.6.
int cl_fchmodat(int directory, const char *_Nonnull path, uint32_t mode);
/// chmod(2), which follows links.
int cl_chmod(const char *_Nonnull path, uint32_t mode);
/// utimensat(2); a null path means the descriptor itself.
int cl_utimensat(int directory, const char *_Nullable path, int64_t atime, int64_t atime_nsec, int64_t mtime,
                 int64_t mtime_nsec, int flags);
int cl_statx(int directory, const char *_Nonnull path, int flags, struct cl_stat *_Nonnull result);
int cl_fstatfs(int fd, struct cl_statfs *_Nonnull result);
/// Extended attributes by descriptor, and by path without following a last symbolic link.
int cl_fsetxattr(int fd, const char *_Nonnull name, const void *_Nullable value, size_t size, int flags);
long cl_fgetxattr(int fd, const char *_Nonnull name, void *_Nullable value, size_t size);
long cl_flistxattr(int fd, void *_Nullable list, size_t size);
int cl_lsetxattr(const char *_Nonnull path, const char *_Nonnull name, const void *_Nullable value, size_t size,
                 int flags);
long cl_lgetxattr(const char *_Nonnull path, const char *_Nonnull name, void *_Nullable value, size_t size);
long cl_llistxattr(const char *_Nonnull path, void *_Nullable list, size_t size);
/// getdents64(2): records of struct linux_dirent64.
long cl_getdents64(int fd, void *_Nonnull buffer, size_t size);
int cl_ftruncate(int fd, int64_t length);
int64_t cl_lseek(int fd, int64_t offset, int whence);
long cl_pwrite(int fd, const void *_Nonnull buffer, size_t count, int64_t offset);
/// copy_file_range(2) with explicit offsets, which advance.
long cl_copy_file_range(int from, int64_t *_Nonnull from_offset, int to, int64_t *_Nonnull to_offset, size_t count);
/// ioctl_ficlone(2): shares all extents of `from`.
int cl_ficlone(int to, int from);
/// ioctl_iflags(2): adds FS_TOPDIR_FL.
int cl_set_topdir(int directory);
int cl_fsync(int fd);
int cl_syncfs(int fd);
int cl_lock_file(int fd);

/// The mount API of Linux 5.2: fsopen(2), fsconfig(2), fsmount(2), open_tree(2), mount_setattr(2).
int cl_fsopen(const char *_Nonnull type);
int cl_fsconfig_string(int fd, const char *_Nonnull key, const char *_Nonnull value);
int cl_fsconfig_flag(int fd, const char *_Nonnull key);
int cl_fsconfig_create(int fd);
int cl_fsmount(int fd, uint64_t attributes);
/// open_tree(2) with OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC: a private copy of a mount, attached nowhere.
int cl_open_tree_clone(int directory, const char *_Nonnull path, int recursive);
int cl_mount_setattr(int fd, const char *_Nonnull path, int flags, uint64_t set, uint64_t clear);
/// move_mount(2) of a detached mount onto a path.
int cl_move_mount_to(int mount, int directory, const char *_Nonnull path);
