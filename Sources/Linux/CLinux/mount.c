#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef OPEN_TREE_CLOEXEC
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif

struct mount_attributes {
    uint64_t set, clear, propagation, user_namespace;
};

#define RESULT(call)                                                                                                   \
    ({                                                                                                                 \
        long result_ = (call);                                                                                         \
        result_ < 0 ? -errno : result_;                                                                                \
    })

int cl_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
    return (int)RESULT(mount(source, target, type, flags, data));
}
int cl_umount(const char *target, int flags) { return (int)RESULT(umount2(target, flags)); }
int cl_pivot_root(const char *new_root, const char *put_old) {
    return (int)RESULT(syscall(SYS_pivot_root, new_root, put_old));
}
int cl_clone_mount(int directory, const char *path, unsigned flags) {
    return (int)RESULT(
        syscall(SYS_open_tree, directory, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | flags));
}
int cl_attach_mount(int mount, int target) {
    /* 4: MOVE_MOUNT_F_EMPTY_PATH, 0x40: MOVE_MOUNT_T_EMPTY_PATH */
    return (int)RESULT(syscall(SYS_move_mount, mount, "", target, "", 0x44));
}
int cl_change_mount(int fd, int recursive, uint64_t set, uint64_t clear, uint64_t propagation) {
    struct mount_attributes attributes = {set, clear, propagation, 0};
    unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
    return (int)RESULT(syscall(SYS_mount_setattr, fd, "", flags, &attributes, sizeof attributes));
}
