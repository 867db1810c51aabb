internal import LinuxSystem

/// One line of `/proc/self/mountinfo` about control groups.
public struct CgroupMount: Sendable, Hashable {
    public var mountPoint: String
    /// The version 1 controllers by name; empty for version 2 and for named hierarchies.
    public var controllers: [String]
    public var isUnified: Bool

    public init(mountPoint: String, controllers: [String] = [], isUnified: Bool = false) {
        self.mountPoint = mountPoint
        self.controllers = controllers
        self.isUnified = isUnified
    }

    /// Picks the lines of type `cgroup` and `cgroup2` (`proc_pid_mountinfo(5)`); broken lines are left out.
    public static func parse(_ mountInfo: some Collection<UInt8>) -> [CgroupMount] {
        lines(mountInfo).map { line in
            guard line.type == "cgroup2" else {
                let names = line.superOptions.filter { $0 != "rw" && $0 != "ro" && !$0.contains("=") }
                return CgroupMount(mountPoint: line.mountPoint, controllers: names)
            }
            return CgroupMount(mountPoint: line.mountPoint, isUnified: true)
        }
    }

    private struct Line {
        var mountPoint: String
        var type: String
        var superOptions: [String]
    }

    private static func lines(_ mountInfo: some Collection<UInt8>) -> [Line] {
        mountInfo.split(separator: 0x0A).compactMap { line in
            // id parent major:minor root mountpoint options [optional…] - type source super-options
            let words = line.split(separator: 0x20)
            guard let dash = words.firstIndex(where: { $0.elementsEqual("-".utf8) }), dash >= 6, words.count > dash + 3,
                words[dash + 1].starts(with: "cgroup".utf8)
            else { return nil }
            let options = String(decoding: words[dash + 3], as: UTF8.self).split(separator: ",").map(String.init)
            return Line(
                mountPoint: MountTree.unescaped(words[4]), type: String(decoding: words[dash + 1], as: UTF8.self),
                superOptions: options)
        }
    }
}
