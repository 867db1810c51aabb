#include "CLinux.h"
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#define STATUS(call) ((call) < 0 ? -errno : 0)

_Static_assert(CL_BTRFS_PATH_SIZE == BTRFS_INO_LOOKUP_PATH_MAX, "a path fits");

static int set_name(char *field, size_t size, const char *name) {
    size_t length = strlen(name);
    if (length >= size) return -ENAMETOOLONG;
    memcpy(field, name, length + 1);
    return 0;
}

int cl_btrfs_create(int directory, const char *name) {
    struct btrfs_ioctl_vol_args arguments = {0};
    int status = set_name(arguments.name, sizeof arguments.name, name);
    return status < 0 ? status : STATUS(ioctl(directory, BTRFS_IOC_SUBVOL_CREATE, &arguments));
}

int cl_btrfs_snapshot(int source, int directory, const char *name) {
    struct btrfs_ioctl_vol_args_v2 arguments = {.fd = source};
    int status = set_name(arguments.name, sizeof arguments.name, name);
    return status < 0 ? status : STATUS(ioctl(directory, BTRFS_IOC_SNAP_CREATE_V2, &arguments));
}

int cl_btrfs_destroy(int directory, const char *name) {
    struct btrfs_ioctl_vol_args arguments = {0};
    int status = set_name(arguments.name, sizeof arguments.name, name);
    return status < 0 ? status : STATUS(ioctl(directory, BTRFS_IOC_SNAP_DESTROY, &arguments));
}

int cl_btrfs_make_writable(int subvolume) {
    __u64 flags = 0;
    return STATUS(ioctl(subvolume, BTRFS_IOC_SUBVOL_SETFLAGS, &flags));
}

int cl_btrfs_id(int fd, uint64_t *id) {
    struct btrfs_ioctl_ino_lookup_args arguments = {.objectid = BTRFS_FIRST_FREE_OBJECTID};
    int status = STATUS(ioctl(fd, BTRFS_IOC_INO_LOOKUP, &arguments));
    *id = arguments.treeid;
    return status;
}

int cl_btrfs_path(int fd, uint64_t subvolume, uint64_t directory, char *path) {
    struct btrfs_ioctl_ino_lookup_args arguments = {.treeid = subvolume, .objectid = directory};
    int status = STATUS(ioctl(fd, BTRFS_IOC_INO_LOOKUP, &arguments));
    if (status == 0) memcpy(path, arguments.name, CL_BTRFS_PATH_SIZE);
    return status;
}

int cl_btrfs_child(int fd, uint64_t parent, uint64_t from, struct cl_btrfs_child_entry *child) {
    struct btrfs_ioctl_search_args arguments = {
        .key = {.tree_id = BTRFS_ROOT_TREE_OBJECTID,
                .min_objectid = parent,
                .max_objectid = parent,
                .min_type = BTRFS_ROOT_REF_KEY,
                .max_type = BTRFS_ROOT_REF_KEY,
                .min_offset = from,
                .max_offset = UINT64_MAX,
                .max_transid = UINT64_MAX,
                .nr_items = 1},
    };
    int status = STATUS(ioctl(fd, BTRFS_IOC_TREE_SEARCH, &arguments));
    if (status < 0 || arguments.key.nr_items == 0) return status;
    struct btrfs_ioctl_search_header header;
    memcpy(&header, arguments.buf, sizeof header);
    struct btrfs_root_ref reference;
    if (header.len < sizeof reference) return -EIO;
    memcpy(&reference, arguments.buf + sizeof header, sizeof reference);
    size_t length = reference.name_len;
    if (length >= CL_BTRFS_NAME_SIZE || header.len < sizeof reference + length) return -EIO;
    child->subvolume = header.offset;
    child->directory = reference.dirid;
    memcpy(child->name, arguments.buf + sizeof header + sizeof reference, length);
    child->name[length] = 0;
    return 1;
}

int cl_btrfs_enable_quota(int fd) {
    struct btrfs_ioctl_quota_ctl_args arguments = {.cmd = BTRFS_QUOTA_CTL_ENABLE};
    return STATUS(ioctl(fd, BTRFS_IOC_QUOTA_CTL, &arguments));
}

int cl_btrfs_limit(int subvolume, uint64_t bytes) {
    struct btrfs_ioctl_qgroup_limit_args arguments = {
        .lim = {.flags = BTRFS_QGROUP_LIMIT_MAX_RFER, .max_rfer = bytes},
    };
    return STATUS(ioctl(subvolume, BTRFS_IOC_QGROUP_LIMIT, &arguments));
}

int cl_btrfs_remove_account(int fd, uint64_t subvolume) {
    struct btrfs_ioctl_qgroup_create_args arguments = {.create = 0, .qgroupid = subvolume};
    return STATUS(ioctl(fd, BTRFS_IOC_QGROUP_CREATE, &arguments));
}
