extension TarReader {
    /// A whole block: a header, or a piece of a sparse map.
    mutating func takeBlock(_ block: UnsafeRawBufferPointer) throws(TarError) -> TarEvent? {
        switch state {
        case .oldSparseMap(let entry, let stored):
            return try takeOldSparseBlock(block, entry, stored)
        case .sparseMap(let entry, let stored):
            return try takeSparseMapBlock(block, entry, stored)
        default:
            return try takeHeader(block)
        }
    }

    private mutating func takeHeader(_ block: UnsafeRawBufferPointer) throws(TarError) -> TarEvent? {
        if TarHeaderBlock.isZero(block) {
            guard sawZeroBlock else {
                sawZeroBlock = true
                return nil
            }
            try requireNothingPending()
            state = .ended
            return .archiveEnd
        }
        guard !sawZeroBlock else { throw TarError("invalid tar header: data after a zero block") }
        let header = try TarHeaderBlock(block)
        switch header.typeFlag {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            try beginSpecial(header)
            return nil
        default:
            return try takeFileHeader(header)
        }
    }

    private func requireNothingPending() throws(TarError) {
        guard pax == nil, longName == nil, longLink == nil else { throw TarError("unexpected EOF") }
    }

    private mutating func beginSpecial(_ header: TarHeaderBlock) throws(TarError) {
        let size = try header.size
        guard size <= limits.specialBytes else {
            throw TarError("header of \(size) bytes is over the limit of \(limits.specialBytes)")
        }
        // A file has at most one of each; a chain of them is there to waste time.
        specialCount += 1
        guard specialCount <= 16 else { throw TarError("too many headers for one file") }
        collected.removeAll(keepingCapacity: true)
        state = .special(typeFlag: header.typeFlag, remaining: Int(size), padding: Self.padding(size))
    }

    mutating func takeSpecial(_ typeFlag: UInt8, _ content: [UInt8]) throws(TarError) {
        switch typeFlag {
        case UInt8(ascii: "x"): pax = try PaxRecords(parsing: content)
        case UInt8(ascii: "g"): _ = try PaxRecords(parsing: content)
        case UInt8(ascii: "L"): longName = Array(content.prefix { $0 != 0 })
        default: longLink = Array(content.prefix { $0 != 0 })
        }
    }

    private mutating func takeFileHeader(_ header: TarHeaderBlock) throws(TarError) -> TarEvent? {
        var entry = try entry(header)
        let stored: Int64
        if let size = pax?.size { stored = size } else { stored = try header.size }
        guard stored >= 0, stored <= Int64.max - 1024 else { throw TarError("invalid tar header: bad size") }
        guard entry.kind == .file || entry.kind.isUnknown else {
            return try begin(entry, stored: 0)
        }
        entry.size = stored
        if header.typeFlag == UInt8(ascii: "S") { return try beginOldSparse(header, entry, stored: stored) }
        guard entry.kind == .file, let sparse = pax?.sparse, sparse.isPresent else {
            return try begin(entry, stored: stored)
        }
        if let name = sparse.name, !name.isEmpty { entry.name = try checked(name) }
        entry.size = sparse.realSize ?? stored
        if sparse.mapIsInData {
            state = .sparseMap(entry, stored: stored)
            sparseLines = SparseMapLines()
            return nil
        }
        // Without a map this is a plain file that only names its size.
        if sparse.numbers.isEmpty && stored == entry.size { return try begin(entry, stored: stored) }
        entry.sparse = try SparseMap.ranges(sparse.numbers, size: entry.size, stored: stored)
        return try begin(entry, stored: stored)
    }

    private func entry(_ header: TarHeaderBlock) throws(TarError) -> TarEntry {
        let name = try checked(pax?.path ?? longName ?? header.name)
        let flag = header.typeFlag
        var entry = TarEntry(kind: TarEntry.Kind(flag), name: name)
        // The oldest archives have no type for directories.
        if flag == 0 && name.last == 0x2f { entry.kind = .directory }
        entry.linkName = try checked(pax?.linkPath ?? longLink ?? header.text(157..<257))
        entry.mode = UInt32(truncatingIfNeeded: try header.number(100..<108, "mode")) & 0o7777
        if let uid = pax?.uid { entry.uid = uid } else { entry.uid = try header.number(108..<116, "uid") }
        if let gid = pax?.gid { entry.gid = gid } else { entry.gid = try header.number(116..<124, "gid") }
        if let modified = pax?.modified {
            entry.modified = modified
        } else {
            entry.modified = TarTime(seconds: try header.number(136..<148, "mtime"))
        }
        if header.format != .v7 {
            entry.userName = pax?.userName ?? header.text(265..<297)
            entry.groupName = pax?.groupName ?? header.text(297..<329)
        }
        if entry.kind == .characterDevice || entry.kind == .blockDevice {
            entry.deviceMajor = try header.number(329..<337, "device")
            entry.deviceMinor = try header.number(337..<345, "device")
        }
        entry.attributes = pax?.attributes ?? []
        return entry
    }

    private func checked(_ path: [UInt8]) throws(TarError) -> [UInt8] {
        guard path.count <= limits.pathBytes else {
            throw TarError("name of \(path.count) bytes is over the limit of \(limits.pathBytes)")
        }
        return path
    }
}

extension TarEntry.Kind {
    init(_ typeFlag: UInt8) {
        switch typeFlag {
        // `7` is a file that some systems stored in one piece, `S` GNU's old sparse file.
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"), UInt8(ascii: "S"): self = .file
        case UInt8(ascii: "1"): self = .hardLink
        case UInt8(ascii: "2"): self = .symbolicLink
        case UInt8(ascii: "3"): self = .characterDevice
        case UInt8(ascii: "4"): self = .blockDevice
        case UInt8(ascii: "5"): self = .directory
        case UInt8(ascii: "6"): self = .fifo
        default: self = .other(typeFlag)
        }
    }

    var isUnknown: Bool {
        if case .other = self { return true }
        return false
    }
}
