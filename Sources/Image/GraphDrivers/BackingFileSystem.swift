import LinuxSystem

/// Names of file systems by their magic numbers (`statfs(2)`), as `docker info` prints them.
enum BackingFileSystem {
    private static let names: [Int64: String] = [
        0x6173_6673: "aufs", 0x9123_683E: "btrfs", 0x28cd_3d45: "cramfs", 0xf15f: "ecryptfs", 0xEF53: "extfs",
        0xF2F5_2010: "f2fs", 0x4764_4D58: "gpfs", 0x0000_72b6: "jffs2", 0x3153_464a: "jfs", 0x6969: "nfs",
        0x794c_7630: "overlayfs", 0x8584_58f6: "ramfs", 0x5265_4973: "reiserfs", 0x517B: "smb",
        0x7371_7368: "squashfs", 0x0102_1994: "tmpfs", 0xa501_FCF5: "vxfs", 0x5846_5342: "xfs", 0x2fc1_2fc1: "zfs",
    ]

    static func name(_ magic: Int64) -> String { names[magic & 0xffff_ffff] ?? "<unknown>" }

    /// The magic number of what the folder is on, or would be made on: that of the nearest one above it that is there.
    static func type(of path: String) throws(SystemError) -> Int64 {
        var path = path
        while !HostFile.exists(path), path.count > 1 { path = HostDirectory.parent(of: path) }
        return try FD.open(at: RawPath(path), [.path]).fileSystem().type
    }
}
