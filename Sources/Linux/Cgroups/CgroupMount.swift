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
                mountPoint: unescaped(words[4]), type: String(decoding: words[dash + 1], as: UTF8.self),
                superOptions: options)
        }
    }

    /// Undoes the kernel's `\040` for blanks and the like.
    private static func unescaped(_ word: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = Array(word)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == 0x5C, digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
                bytes.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
