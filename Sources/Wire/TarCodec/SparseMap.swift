/// Sparse maps: checked before anything is written by them.
enum SparseMap {
    /// Pairs of offset and length become ranges: in order, apart, inside the file, and as long as the data stored.
    static func ranges(
        _ numbers: [Int64], size: Int64, stored: Int64
    ) throws(TarError) -> [TarSparseRange] {
        guard numbers.count % 2 == 0, size >= 0 else { throw TarError("invalid tar header: bad sparse map") }
        var result: [TarSparseRange] = []
        result.reserveCapacity(numbers.count / 2)
        var end: Int64 = 0
        var total: Int64 = 0
        for index in stride(from: 0, to: numbers.count, by: 2) {
            let (offset, length) = (numbers[index], numbers[index + 1])
            let (next, overflows) = offset.addingReportingOverflow(length)
            guard offset >= end, length >= 0, !overflows, next <= size else {
                throw TarError("invalid tar header: bad sparse map")
            }
            end = next
            // Cannot overflow: the ranges are apart and end inside the file.
            total += length
            if length > 0 { result.append(TarSparseRange(offset: offset, length: length)) }
        }
        guard total == stored else { throw TarError("sparse file has \(stored) bytes of data, its map \(total)") }
        return result
    }
}

/// Format 1.0: a count, then offset and length of each range, a decimal number a line. Takes bytes as they come.
struct SparseMapLines: Sendable {
    private(set) var numbers: [Int64] = []
    private var count: Int64?
    private var current: Int64 = 0
    private var digits = 0

    /// True when the map is complete; what is left of the block is padding.
    mutating func take(_ block: UnsafeRawBufferPointer, limit: Int) throws(TarError) -> Bool {
        for byte in block {
            if byte == 0x0a {
                guard digits > 0 else { throw TarError("invalid tar header: bad sparse map") }
                if try endLine(limit: limit) { return true }
            } else {
                guard byte &- 0x30 < 10, digits < 18 else { throw TarError("invalid tar header: bad sparse map") }
                current = current * 10 + Int64(byte - 0x30)
                digits += 1
            }
        }
        return false
    }

    private mutating func endLine(limit: Int) throws(TarError) -> Bool {
        defer { (current, digits) = (0, 0) }
        guard let count else {
            guard current <= Int64(limit / 4) else { throw TarError("sparse map is over the limit") }
            count = current
            return current == 0
        }
        numbers.append(current)
        return numbers.count == 2 * Int(count)
    }
}
