#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

// The same numbers on every architecture since Linux 5.1; older headers lack them.
#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_move_mount
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif
#ifndef SYS_fsconfig
#define SYS_fsconfig 431
#endif
#ifndef SYS_fsmount
#define SYS_fsmount 432
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

#define RESULT(call)                                                                                                   \
    ({                                                                                                                 \
        int64_t result_;                                                                                               \
        do {                                                                                                           \
            result_ = (call);                                                                                          \
        } while (result_ < 0 && errno == EINTR);                                                                       \
        result_ < 0 ? -(int64_t)errno : result_;                                                                       \
    })
#define STATUS(call) ((int)RESULT(call))

struct how {
    uint64_t flags, mode, resolve;
};

int cl_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct how how = {flags | O_CLOEXEC, mode, resolve};
    int result;
    int tries = 32;
    do {
        result = STATUS(syscall(SYS_openat2, directory, path, &how, sizeof how));
    } while (result == -EAGAIN && --tries > 0);
    return result;
}

int cl_mkdirat(int directory, const char *path, uint32_t mode) { return STATUS(mkdirat(directory, path, mode)); }
int cl_symlinkat(const char *target, int directory, const char *path) {
    return STATUS(symlinkat(target, directory, path));
}
int cl_linkat(int from, const char *old_path, int to, const char *new_path, int flags) {
    return STATUS(linkat(from, old_path, to, new_path, flags));
}
int cl_mknodat(int directory, const char *path, uint32_t mode, uint32_t major, uint32_t minor) {
    return STATUS(mknodat(directory, path, mode, makedev(major, minor)));
}
int cl_unlinkat(int directory, const char *path, int flags) { return STATUS(unlinkat(directory, path, flags)); }
int cl_renameat2(int from, const char *old_path, int to, const char *new_path, uint32_t flags) {
    return STATUS(syscall(SYS_renameat2, from, old_path, to, new_path, flags));
}
long cl_readlinkat(int directory, const char *path, void *buffer, size_t size) {
    return (long)RESULT(readlinkat(directory, path, buffer, size));
}
int cl_fchownat(int directory, const char *path, uint32_t uid, uint32_t gid, int flags) {
    return STATUS(fchownat(directory, path, uid, gid, flags));
}
int cl_fchown(int fd, uint32_t uid, uint32_t gid) { return STATUS(fchown(fd, uid, gid)); }
int cl_fchmod(int fd, uint32_t mode) { return STATUS(fchmod(fd, mode)); }
int cl_fchmodat(int directory, const char *path, uint32_t mode) {
    return STATUS(syscall(SYS_fchmodat2, directory, path, mode, AT_SYMLINK_NOFOLLOW));
}
int cl_chmod(const char *path, uint32_t mode) { return STATUS(chmod(path, mode)); }

int cl_utimensat(int directory, const char *path, int64_t atime, int64_t atime_nsec, int64_t mtime, int64_t mtime_nsec,
                 int flags) {
    struct timespec times[2] = {{atime, atime_nsec}, {mtime, mtime_nsec}};
    // The system call, because the C library refuses a null path.
    return STATUS(syscall(SYS_utimensat, directory, path, times, flags));
}

int cl_statx(int directory, const char *path, int flags, struct cl_stat *result) {
    struct statx stat;
    int status = STATUS(statx(directory, path, flags, STATX_BASIC_STATS | 0x1000 /* STATX_MNT_ID */, &stat));
    if (status < 0) return status;
    *result = (struct cl_stat){
        .mode = stat.stx_mode,
        .uid = stat.stx_uid,
        .gid = stat.stx_gid,
        .nlink = stat.stx_nlink,
        .inode = stat.stx_ino,
        .size = stat.stx_size,
        .blocks = stat.stx_blocks,
        .device_major = stat.stx_dev_major,
        .device_minor = stat.stx_dev_minor,
        .special_major = stat.stx_rdev_major,
        .special_minor = stat.stx_rdev_minor,
        .mtime = stat.stx_mtime.tv_sec,
        .mtime_nsec = stat.stx_mtime.tv_nsec,
        .ctime = stat.stx_ctime.tv_sec,
        .ctime_nsec = stat.stx_ctime.tv_nsec,
        .mount_id = stat.stx_mnt_id,
    };
    return 0;
}

int cl_fstatfs(int fd, struct cl_statfs *result) {
    struct statfs stat;
    int status = STATUS(fstatfs(fd, &stat));
    if (status < 0) return status;
    *result = (struct cl_statfs){
        .type = stat.f_type,
        .block_size = stat.f_bsize,
        .name_max = stat.f_namelen,
        .blocks = stat.f_blocks,
        .blocks_free = stat.f_bfree,
        .blocks_available = stat.f_bavail,
        .files = stat.f_files,
        .files_free = stat.f_ffree,
    };
    return 0;
}

int cl_fsetxattr(int fd, const char *name, const void *value, size_t size, int flags) {
    return STATUS(fsetxattr(fd, name, value, size, flags));
}
long cl_fgetxattr(int fd, const char *name, void *value, size_t size) {
    return (long)RESULT(fgetxattr(fd, name, value, size));
}
long cl_flistxattr(int fd, void *list, size_t size) { return (long)RESULT(flistxattr(fd, list, size)); }
int cl_lsetxattr(const char *path, const char *name, const void *value, size_t size, int flags) {
    return STATUS(lsetxattr(path, name, value, size, flags));
}
long cl_lgetxattr(const char *path, const char *name, void *value, size_t size) {
    return (long)RESULT(lgetxattr(path, name, value, size));
}
long cl_llistxattr(const char *path, void *list, size_t size) { return (long)RESULT(llistxattr(path, list, size)); }

long cl_getdents64(int fd, void *buffer, size_t size) {
    return (long)RESULT(syscall(SYS_getdents64, fd, buffer, size));
}
int cl_ftruncate(int fd, int64_t length) { return STATUS(ftruncate(fd, length)); }
int64_t cl_lseek(int fd, int64_t offset, int whence) { return RESULT(lseek(fd, offset, whence)); }
long cl_pwrite(int fd, const void *buffer, size_t count, int64_t offset) {
    return (long)RESULT(pwrite(fd, buffer, count, offset));
}
long cl_copy_file_range(int from, int64_t *from_offset, int to, int64_t *to_offset, size_t count) {
    return (long)RESULT(copy_file_range(from, from_offset, to, to_offset, count, 0));
}
int cl_ficlone(int to, int from) { return STATUS(ioctl(to, FICLONE, from)); }
int cl_set_topdir(int directory) {
    int flags;
    int status = STATUS(ioctl(directory, FS_IOC_GETFLAGS, &flags));
    if (status < 0) return status;
    flags |= FS_TOPDIR_FL;
    return STATUS(ioctl(directory, FS_IOC_SETFLAGS, &flags));
}
int cl_fsync(int fd) { return STATUS(fsync(fd)); }
int cl_syncfs(int fd) { return STATUS(syncfs(fd)); }
int cl_lock_file(int fd) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return STATUS(fcntl(fd, F_SETLK, &whole));
}

int cl_fsopen(const char *type) { return STATUS(syscall(SYS_fsopen, type, 1 /* FSOPEN_CLOEXEC */)); }
int cl_fsconfig_string(int fd, const char *key, const char *value) {
    return STATUS(syscall(SYS_fsconfig, fd, 1 /* FSCONFIG_SET_STRING */, key, value, 0));
}
int cl_fsconfig_flag(int fd, const char *key) {
    return STATUS(syscall(SYS_fsconfig, fd, 0 /* FSCONFIG_SET_FLAG */, key, NULL, 0));
}
int cl_fsconfig_create(int fd) {
    return STATUS(syscall(SYS_fsconfig, fd, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0));
}
int cl_fsmount(int fd, uint64_t attributes) {
    return STATUS(syscall(SYS_fsmount, fd, 1 /* FSMOUNT_CLOEXEC */, (unsigned)attributes));
}
int cl_open_tree_clone(int directory, const char *path, int recursive) {
    unsigned flags = 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC | (recursive ? 0x8000 /* AT_RECURSIVE */ : 0);
    return STATUS(syscall(SYS_open_tree, directory, path, flags));
}
int cl_mount_setattr(int fd, const char *path, int flags, uint64_t set, uint64_t clear) {
    struct {
        uint64_t set, clear, propagation, user_namespace;
    } attributes = {set, clear, 0, 0};
    return STATUS(syscall(SYS_mount_setattr, fd, path, flags, &attributes, sizeof attributes));
}
int cl_move_mount_to(int mount, int directory, const char *path) {
    return STATUS(syscall(SYS_move_mount, mount, "", directory, path, 4 /* MOVE_MOUNT_F_EMPTY_PATH */));
}
