/// Writes pax records, sorted by key.
enum PaxFormat {
    /// Records for all that the ustar header cannot hold; empty when it holds everything.
    static func records(for entry: TarEntry) -> [UInt8] {
        var records: [([UInt8], [UInt8])] = []
        func add(_ key: String, _ value: [UInt8]) { records.append((Array(key.utf8), value)) }
        if !fits(entry.groupName, 32) { add("gname", entry.groupName) }
        if entry.gid > 0o7777777 { add("gid", Array(String(entry.gid).utf8)) }
        if !fits(entry.linkName, 100) { add("linkpath", entry.linkName) }
        let seconds = entry.modified.seconds
        if entry.modified.nanoseconds != 0 || seconds < 0 || seconds > 0o77777777777 {
            add("mtime", Array(time(entry.modified).utf8))
        }
        if !fits(entry.name, 100) { add("path", entry.name) }
        if entry.size > 0o77777777777 { add("size", Array(String(entry.size).utf8)) }
        if entry.uid > 0o7777777 { add("uid", Array(String(entry.uid).utf8)) }
        if !fits(entry.userName, 32) { add("uname", entry.userName) }
        for attribute in entry.attributes {
            records.append((Array("SCHILY.xattr.".utf8) + attribute.name, attribute.value))
        }
        records.sort { $0.0.lexicographicallyPrecedes($1.0) }
        return records.flatMap { record($0.0, $0.1) }
    }

    private static func fits(_ text: [UInt8], _ width: Int) -> Bool {
        text.count <= width && text.allSatisfy { $0 < 0x80 }
    }

    /// `length key=value\n`, the length counting its own digits.
    static func record(_ key: [UInt8], _ value: [UInt8]) -> [UInt8] {
        let rest = key.count + value.count + 3
        var length = rest + String(rest).utf8.count
        if rest + String(length).utf8.count != length { length = rest + String(length).utf8.count }
        return Array(String(length).utf8) + [0x20] + key + [0x3d] + value + [0x0a]
    }

    /// Decimal seconds, with as many digits of a fraction as it has.
    static func time(_ time: TarTime) -> String {
        guard time.nanoseconds != 0 else { return String(time.seconds) }
        var (seconds, nanoseconds, sign) = (time.seconds, time.nanoseconds, "")
        if seconds < 0 {
            (seconds, nanoseconds, sign) = (-(seconds + 1), 1_000_000_000 - nanoseconds, "-")
        }
        var digits = String(nanoseconds)
        digits = String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(seconds).\(digits)"
    }
}
