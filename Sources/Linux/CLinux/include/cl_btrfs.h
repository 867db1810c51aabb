#pragma once
#include <stdint.h>

/// What BTRFS_IOC_INO_LOOKUP writes at most, with the terminating NUL.
#define CL_BTRFS_PATH_SIZE 4080
/// A name of a subvolume with its terminating NUL.
#define CL_BTRFS_NAME_SIZE 256

/// A subvolume in another one, as the root tree tells of it (BTRFS_ROOT_REF_KEY).
struct cl_btrfs_child_entry {
    uint64_t subvolume;
    /// Inode of the directory that it is in.
    uint64_t directory;
    char name[CL_BTRFS_NAME_SIZE];
};

/// ioctl(2) BTRFS_IOC_SUBVOL_CREATE: an empty subvolume in the directory.
int cl_btrfs_create(int directory, const char *_Nonnull name);
/// BTRFS_IOC_SNAP_CREATE_V2: a writable snapshot of the subvolume `source`.
int cl_btrfs_snapshot(int source, int directory, const char *_Nonnull name);
/// BTRFS_IOC_SNAP_DESTROY: ENOTEMPTY while there are subvolumes in it.
int cl_btrfs_destroy(int directory, const char *_Nonnull name);
/// BTRFS_IOC_SUBVOL_SETFLAGS: the subvolume can be written to.
int cl_btrfs_make_writable(int subvolume);
/// BTRFS_IOC_INO_LOOKUP: the id of the subvolume that the file is in.
int cl_btrfs_id(int fd, uint64_t *_Nonnull id);
/// BTRFS_IOC_INO_LOOKUP: the path of a directory within its subvolume, with a slash at its end; empty for the root.
int cl_btrfs_path(int fd, uint64_t subvolume, uint64_t directory, char *_Nonnull path);
/// BTRFS_IOC_TREE_SEARCH: the first subvolume in `parent` whose id is not below `from`. 1, or 0 if there is none.
int cl_btrfs_child(int fd, uint64_t parent, uint64_t from, struct cl_btrfs_child_entry *_Nonnull child);
/// BTRFS_IOC_QUOTA_CTL.
int cl_btrfs_enable_quota(int fd);
/// BTRFS_IOC_QGROUP_LIMIT: what the subvolume refers to, in bytes. ENOTCONN (EINVAL before Linux 5.4) without quotas.
int cl_btrfs_limit(int subvolume, uint64_t bytes);
/// BTRFS_IOC_QGROUP_CREATE with `create` 0: the account of a subvolume that goes.
int cl_btrfs_remove_account(int fd, uint64_t subvolume);
