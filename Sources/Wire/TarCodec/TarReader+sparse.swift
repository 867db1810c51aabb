/// Sparse maps that stand outside of the pax header.
extension TarReader {
    /// GNU's first form: four ranges in the header, 21 in each block that follows, then the data.
    mutating func beginOldSparse(
        _ header: TarHeaderBlock, _ entry: TarEntry, stored: Int64
    ) throws(TarError) -> TarEvent? {
        var entry = entry
        entry.size = try header.number(483..<495, "real size")
        sparseNumbers = []
        try appendRanges(header.bytes, from: 386, count: 4)
        if header.bytes[482] == 0 { return try beginSparse(entry, stored: stored) }
        state = .oldSparseMap(entry, stored: stored)
        return nil
    }

    mutating func takeOldSparseBlock(
        _ block: UnsafeRawBufferPointer, _ entry: TarEntry, _ stored: Int64
    ) throws(TarError) -> TarEvent? {
        try appendRanges(block, from: 0, count: 21)
        guard sparseNumbers.count * 8 <= limits.specialBytes else { throw TarError("sparse map is over the limit") }
        if block[504] == 0 { return try beginSparse(entry, stored: stored) }
        // A block that says there is more and holds nothing would go on for ever.
        guard block[0] != 0 else { throw TarError("invalid tar header: bad sparse map") }
        return nil
    }

    private mutating func beginSparse(_ entry: TarEntry, stored: Int64) throws(TarError) -> TarEvent? {
        var entry = entry
        entry.sparse = try SparseMap.ranges(sparseNumbers, size: entry.size, stored: stored)
        sparseNumbers = []
        return try begin(entry, stored: stored)
    }

    private mutating func appendRanges(
        _ block: UnsafeRawBufferPointer, from start: Int, count: Int
    ) throws(TarError) {
        for index in 0..<count {
            let field = start + 24 * index
            // The list ends at the first empty field.
            if block[field] == 0 { return }
            guard let offset = TarNumber.parse(block[field..<field + 12]),
                let length = TarNumber.parse(block[field + 12..<field + 24])
            else { throw TarError("invalid tar header: bad sparse map") }
            sparseNumbers.append(offset)
            sparseNumbers.append(length)
        }
    }

    /// Format 1.0: lines in blocks before the data, counted in the stored size.
    mutating func takeSparseMapBlock(
        _ block: UnsafeRawBufferPointer, _ entry: TarEntry, _ stored: Int64
    ) throws(TarError) -> TarEvent? {
        guard stored >= 512 else { throw TarError("invalid tar header: bad sparse map") }
        state = .sparseMap(entry, stored: stored - 512)
        guard try sparseLines.take(block, limit: limits.specialBytes) else { return nil }
        sparseNumbers = sparseLines.numbers
        return try beginSparse(entry, stored: stored - 512)
    }
}
