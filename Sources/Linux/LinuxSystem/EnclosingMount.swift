internal import CLinux

extension MountTree {
    /// Makes the mount that `path` lies on private; what is mounted on it keeps its propagation.
    public static func makePrivate(around path: String) throws(SystemError) {
        let id = try FD.open(at: RawPath(path), .path).mountID()
        let table = try FD.open(at: "/proc/self/mountinfo", .readOnly).readAll(limit: 64 << 20)
        for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count > 5, Int32(fields[0]) == id else { continue }
            return try setPropagation(.private, at: unescaped(fields[4].utf8), recursive: false)
        }
        throw SystemError(errno: 2, call: "mountinfo", subject: path)
    }

    /// Undoes the kernel's `\040` for blanks and the like in its tables (proc_pid_mountinfo(5)).
    public static func unescaped(_ field: some Sequence<UInt8>) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
                bytes.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }))
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FD {
    /// The id of the mount that this is on, as in the first field of mountinfo (`/proc/self/fdinfo`).
    borrowing func mountID() throws(SystemError) -> Int32 {
        let info = try FD.open(at: RawPath("/proc/self/fdinfo/\(rawValue)"), .readOnly).readAll(limit: 4096)
        for line in String(decoding: info, as: UTF8.self).split(separator: "\n") where line.hasPrefix("mnt_id:") {
            if let id = Int32(line.dropFirst("mnt_id:".count).drop { $0 == " " || $0 == "\t" }) { return id }
        }
        throw SystemError(errno: 2, call: "fdinfo")
    }
}
