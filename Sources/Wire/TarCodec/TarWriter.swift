/// Makes the bytes around file contents: headers, padding, end mark.
///
/// The same entries give the same bytes, those that Go's `archive/tar` writes in its PAX format: a plain ustar header,
/// preceded by a pax header only for what does not fit (names past 100 bytes or outside ASCII, big numbers, fractions
/// of seconds, extended attributes).
public enum TarWriter {
    /// Two zero blocks.
    public static let end = [UInt8](repeating: 0, count: 1024)

    /// Zero bytes that follow `size` bytes of content: 0 … 511.
    public static func padding(after size: Int64) -> Int { Int((512 - size % 512) % 512) }

    /// The header blocks of an entry; for a file, `entry.size` bytes of content and the padding come next.
    ///
    /// A directory's name gets its trailing `/`. Sparse maps are not written: give the holes as zeros. Errors: a
    /// negative size or device number, NUL in a name.
    public static func header(for entry: TarEntry) throws(TarError) -> [UInt8] {
        var entry = entry
        if entry.kind == .directory && entry.name.last != 0x2f { entry.name.append(0x2f) }
        if entry.kind != .file { entry.size = 0 }
        try validate(entry)
        let records = PaxFormat.records(for: entry)
        var result: [UInt8] = []
        if !records.isEmpty {
            result += paxHeader(name: entry.name, size: records.count)
            result += records
            result += [UInt8](repeating: 0, count: padding(after: Int64(records.count)))
        }
        return result + mainHeader(entry)
    }

    private static func validate(_ entry: TarEntry) throws(TarError) {
        guard !entry.name.isEmpty, !entry.name.contains(0), !entry.linkName.contains(0) else {
            throw TarError("cannot write the name \"\(entry.displayName)\"")
        }
        guard entry.size >= 0, entry.uid >= 0, entry.gid >= 0 else {
            throw TarError("cannot write \"\(entry.displayName)\": negative number")
        }
        let devices = 0...Int64(0o7777777)
        guard devices.contains(entry.deviceMajor), devices.contains(entry.deviceMinor) else {
            throw TarError("cannot write \"\(entry.displayName)\": device number does not fit")
        }
        for attribute in entry.attributes where attribute.name.contains(0) || attribute.name.contains(0x3d) {
            throw TarError("cannot write an extended attribute of \"\(entry.displayName)\"")
        }
    }

    private static func paxHeader(name: [UInt8], size: Int) -> [UInt8] {
        var block = HeaderFields()
        // As Go does: beside the file, in a folder of its own.
        let path = name.last == 0x2f ? name.dropLast() : name[...]
        let slash = path.lastIndex(of: 0x2f)
        let folder = slash.map { Array(path[...$0]) } ?? []
        let base = slash.map { path[($0 + 1)...] } ?? path
        block.text(folder + Array("PaxHeaders.0/".utf8) + base, at: 0, width: 100)
        block.octal(0, at: 100, width: 8)
        block.octal(0, at: 108, width: 8)
        block.octal(0, at: 116, width: 8)
        block.octal(Int64(size), at: 124, width: 12)
        block.octal(0, at: 136, width: 12)
        return block.finished(typeFlag: UInt8(ascii: "x"))
    }

    private static func mainHeader(_ entry: TarEntry) -> [UInt8] {
        var block = HeaderFields()
        block.text(entry.name, at: 0, width: 100)
        block.octal(Int64(entry.mode & 0o7777), at: 100, width: 8)
        block.octal(entry.uid, at: 108, width: 8)
        block.octal(entry.gid, at: 116, width: 8)
        block.octal(entry.size, at: 124, width: 12)
        block.octal(entry.modified.seconds, at: 136, width: 12)
        block.text(entry.linkName, at: 157, width: 100)
        block.text(entry.userName, at: 265, width: 32)
        block.text(entry.groupName, at: 297, width: 32)
        block.octal(entry.deviceMajor, at: 329, width: 8)
        block.octal(entry.deviceMinor, at: 337, width: 8)
        return block.finished(typeFlag: entry.kind.typeFlag)
    }
}

extension TarEntry.Kind {
    var typeFlag: UInt8 {
        switch self {
        case .file: UInt8(ascii: "0")
        case .hardLink: UInt8(ascii: "1")
        case .symbolicLink: UInt8(ascii: "2")
        case .characterDevice: UInt8(ascii: "3")
        case .blockDevice: UInt8(ascii: "4")
        case .directory: UInt8(ascii: "5")
        case .fifo: UInt8(ascii: "6")
        case .other(let flag): flag
        }
    }
}

/// A block being filled.
private struct HeaderFields {
    private var bytes = [UInt8](repeating: 0, count: 512)

    /// ASCII only, cut to the width: what is lost stands in the pax header.
    mutating func text(_ text: [UInt8], at start: Int, width: Int) {
        let field = text.filter { $0 < 0x80 }
        bytes.replaceSubrange(start..<start + min(width, field.count), with: field.prefix(width))
        // A cut name that happens to end in `/` would make an old reader see a directory.
        if field.count > width && bytes[start + width - 1] == 0x2f {
            var last = start + width - 1
            while last >= start && bytes[last] == 0x2f {
                bytes[last] = 0
                last -= 1
            }
        }
    }

    /// Zero-filled octal with a NUL; 0 for what does not fit.
    mutating func octal(_ value: Int64, at start: Int, width: Int) {
        let digits = width - 1
        let fits = value >= 0 && (digits >= 21 || value < Int64(1) << Int64(3 * digits))
        var rest = fits ? value : 0
        for index in (start..<start + digits).reversed() {
            bytes[index] = UInt8(rest & 7) + 0x30
            rest >>= 3
        }
    }

    consuming func finished(typeFlag: UInt8) -> [UInt8] {
        bytes[156] = typeFlag
        bytes.replaceSubrange(257..<265, with: Array("ustar\u{0}00".utf8))
        bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = bytes.reduce(0) { $0 + Int64($1) }
        octal(sum, at: 148, width: 7)
        bytes[154] = 0
        return bytes
    }
}
