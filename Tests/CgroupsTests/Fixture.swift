import Cgroups
import LinuxSystem

/// A folder that stands for `/` with control group files in it.
struct Fixture {
    let root: String

    init() throws {
        root = "/tmp/martlet-cgroups-\(UInt64.random(in: 0 ... .max))"
        try HostDirectory.makeAll(root)
    }

    func remove() { try? HostDirectory.removeTree(root) }

    func put(_ path: String, _ text: String = "") throws {
        try HostDirectory.makeAll(HostDirectory.parent(of: root + path))
        try HostFile.write(root + path, Array(text.utf8))
    }

    func text(_ path: String) throws -> String {
        String(decoding: try HostFile.read(root + path), as: UTF8.self)
    }

    /// Empty files of a group's folder, as the kernel makes them with it.
    func putGroup(_ folder: String, _ names: [String]) throws {
        for name in names { try put(folder + "/" + name) }
    }
}

let mountInfoV1 = """
    22 27 0:21 / /proc rw,relatime - proc proc rw
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
    34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
    35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
    36 31 0:33 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
    38 31 0:35 / /sys/fs/cgroup/blk\\040io rw,relatime - cgroup cgroup rw,blkio
    40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
    41 31 0:32 / /mnt/again rw,relatime - cgroup cgroup rw,memory
    broken line - cgroup
    """

let mountInfoV2 = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
