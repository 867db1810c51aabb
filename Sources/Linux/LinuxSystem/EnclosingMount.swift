internal import CLinux

extension MountTree {
    /// Makes the mount that `path` lies on private; what is mounted on it keeps its propagation.
    public static func makePrivate(around path: String) throws(SystemError) {
        let id = try FD.open(at: RawPath(path), .path).mountID()
        let table = try FD.open(at: "/proc/self/mountinfo", .readOnly).readAll(limit: 64 << 20)
        for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count > 5, Int32(fields[0]) == id else { continue }
            return try setPropagation(.private, at: unescaped(fields[4]), recursive: false)
        }
        throw SystemError(errno: 2, call: "mountinfo", subject: path)
    }

    /// `\\040` and the like in procfs's tables (proc_pid_mountinfo(5)).
    static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
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
