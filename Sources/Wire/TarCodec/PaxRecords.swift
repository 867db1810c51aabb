/// What the extended headers before an entry say about it.
struct PaxRecords {
    var path: [UInt8]?
    var linkPath: [UInt8]?
    var userName: [UInt8]?
    var groupName: [UInt8]?
    var uid: Int64?
    var gid: Int64?
    var size: Int64?
    var modified: TarTime?
    var attributes: [TarAttribute] = []
    var sparse = PaxSparse()

    /// Reads `length key=value\n` records. An empty value takes the key back.
    init(parsing content: [UInt8]) throws(TarError) {
        var rest = content[...]
        while !rest.isEmpty {
            let (key, value) = try Self.record(&rest)
            try set(key, value)
        }
        attributes.sort { $0.name.lexicographicallyPrecedes($1.name) }
    }

    private static func record(
        _ rest: inout ArraySlice<UInt8>
    ) throws(TarError) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        guard let space = rest.prefix(10).firstIndex(of: 0x20),
            let length = TarNumber.parseDecimal(rest[..<space]), length > 0, length <= rest.count,
            rest.startIndex + Int(length) > space + 1
        else { throw TarError("invalid tar header: bad pax record length") }
        let end = rest.startIndex + Int(length)
        guard rest[end - 1] == 0x0a, let equals = rest[space..<end].firstIndex(of: 0x3d), equals > space + 1 else {
            throw TarError("invalid tar header: bad pax record")
        }
        let pair = (rest[space + 1..<equals], rest[equals + 1..<end - 1])
        guard !pair.0.contains(0) else { throw TarError("invalid tar header: NUL in a pax key") }
        rest = rest[end...]
        return pair
    }

    private mutating func set(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) throws(TarError) {
        let name = String(decoding: key, as: UTF8.self)
        switch name {
        case "path": path = try text(value, name)
        case "linkpath": linkPath = try text(value, name)
        case "uname": userName = try text(value, name)
        case "gname": groupName = try text(value, name)
        case "uid": uid = try number(value, name)
        case "gid": gid = try number(value, name)
        case "size": size = try number(value, name)
        case "mtime": modified = try time(value)
        default:
            if name.hasPrefix("SCHILY.xattr.") {
                setAttribute(Array(key.dropFirst("SCHILY.xattr.".utf8.count)), Array(value))
            } else if name.hasPrefix("GNU.sparse.") {
                try sparse.set(name, value)
            }
        }
    }

    private mutating func setAttribute(_ name: [UInt8], _ value: [UInt8]) {
        guard !name.isEmpty else { return }
        attributes.append(TarAttribute(name: name, value: value))
    }

    private func text(_ value: ArraySlice<UInt8>, _ key: String) throws(TarError) -> [UInt8]? {
        guard !value.contains(0) else { throw TarError("invalid tar header: NUL in pax \(key)") }
        return value.isEmpty ? nil : Array(value)
    }

    private func number(_ value: ArraySlice<UInt8>, _ key: String) throws(TarError) -> Int64? {
        if value.isEmpty { return nil }
        guard let number = TarNumber.parseDecimal(value) else {
            throw TarError("invalid tar header: bad pax \(key)")
        }
        return number
    }

    private func time(_ value: ArraySlice<UInt8>) throws(TarError) -> TarTime? {
        if value.isEmpty { return nil }
        guard let time = TarNumber.parseTime(Array(value)) else { throw TarError("invalid tar header: bad pax mtime") }
        return time
    }
}

/// GNU's sparse files in pax headers, formats 0.0, 0.1 and 1.0 (GNU tar manual, "Storing Sparse Files").
struct PaxSparse {
    var major: Int64 = 0
    var minor: Int64 = 0
    var name: [UInt8]?
    var realSize: Int64?
    /// Format 0.x: offset and length in turn.
    var numbers: [Int64] = []
    var isPresent = false

    /// In format 1.0 the map stands before the data.
    var mapIsInData: Bool { isPresent && major == 1 && minor == 0 }

    mutating func set(_ key: String, _ value: ArraySlice<UInt8>) throws(TarError) {
        isPresent = true
        switch key.dropFirst("GNU.sparse.".count) {
        case "major": major = try number(value)
        case "minor": minor = try number(value)
        case "name":
            guard !value.contains(0) else { throw TarError("invalid tar header: NUL in pax \(key)") }
            name = Array(value)
        case "realsize", "size": realSize = try number(value)
        case "numblocks": _ = try number(value)
        case "offset":
            guard numbers.count % 2 == 0 else { throw TarError("invalid tar header: bad sparse map") }
            numbers.append(try number(value))
        case "numbytes":
            guard numbers.count % 2 == 1 else { throw TarError("invalid tar header: bad sparse map") }
            numbers.append(try number(value))
        case "map":
            numbers = []
            if value.isEmpty { return }
            for part in value.split(separator: 0x2c, omittingEmptySubsequences: false) {
                numbers.append(try number(part))
            }
        default: break
        }
    }

    private func number(_ value: ArraySlice<UInt8>) throws(TarError) -> Int64 {
        guard let number = TarNumber.parseDecimal(value), number >= 0 else {
            throw TarError("invalid tar header: bad sparse map")
        }
        return number
    }
}
