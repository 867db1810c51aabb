/// What a step of the reader found.
public enum TarEvent: Sendable, Hashable {
    /// The next file. Its data follow.
    case entry(TarEntry)
    /// The first `count` bytes of the input just given belong at `offset` of the file.
    case data(offset: Int64, count: Int)
    /// All data of the file have been given.
    case entryEnd
    /// The end mark. Whatever follows is swallowed.
    case archiveEnd
}

/// Reads an archive that arrives in pieces: a value that holds no data and does no input or output.
///
/// ```
/// while true {
///     let (used, event) = try reader.step(rest)    // rest: what is left of the current piece
///     ...                                          // .data: the first `count` bytes of rest
///     rest = rest[used...]
///     if event == nil { rest = next piece, or try reader.finish() and leave }
/// }
/// ```
/// Formats: v7, ustar, star, pax, GNU with long names and sparse files of all formats. Global pax headers are checked
/// and ignored, as Docker does. Anything malformed or over the limits is a `TarError`; the reader is then used up.
public struct TarReader: Sendable {
    enum State: Sendable {
        case header
        case special(typeFlag: UInt8, remaining: Int, padding: Int)
        case oldSparseMap(TarEntry, stored: Int64)
        case sparseMap(TarEntry, stored: Int64)
        case data
        case padding(Int)
        case ended
    }

    public let limits: TarLimits
    /// Entries given so far.
    public private(set) var entryCount = 0
    /// Bytes of the archive taken so far.
    public private(set) var offset: Int64 = 0

    var state = State.header
    /// A block, name, pax header or sparse map that has not arrived whole.
    var collected: [UInt8] = []
    var pax: PaxRecords?
    var longName: [UInt8]?
    var longLink: [UInt8]?
    var specialCount = 0
    var sawZeroBlock = false
    var sparseNumbers: [Int64] = []
    var sparseLines = SparseMapLines()

    // The file whose data are being given.
    private var remaining: Int64 = 0
    private var fileOffset: Int64 = 0
    private var ranges: [TarSparseRange]?
    private var rangeIndex = 0
    private var usedOfRange: Int64 = 0
    private var paddingAfterData = 0

    public init(limits: TarLimits = TarLimits()) { self.limits = limits }

    /// Takes a step through `input`. Without an event all of the input was used, and more is needed.
    public mutating func step(_ input: UnsafeRawBufferPointer) throws(TarError) -> (used: Int, event: TarEvent?) {
        var used = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: input[used...])
            let result: (used: Int, event: TarEvent?, needsInput: Bool)
            do {
                result = try advance(rest)
            } catch {
                throw TarError(error.message, offset: offset)
            }
            used += result.used
            offset += Int64(result.used)
            if result.event != nil { return (used, result.event) }
            if result.needsInput || (used == input.count && !stepsWithoutInput) { return (used, nil) }
        }
    }

    /// Says whether the archive may end here: after a file, with or without the end mark.
    public func finish() throws(TarError) {
        switch state {
        case .ended: return
        case .header where collected.isEmpty && pax == nil && longName == nil && longLink == nil: return
        // Docker's client leaves the end away, and what fills the last file's block, when it adds a Dockerfile.
        case .padding where pax == nil && longName == nil && longLink == nil: return
        default: throw TarError("unexpected EOF", offset: offset)
        }
    }

    private var stepsWithoutInput: Bool {
        if case .data = state { return remaining == 0 }
        return false
    }

    private mutating func advance(
        _ input: UnsafeRawBufferPointer
    ) throws(TarError) -> (used: Int, event: TarEvent?, needsInput: Bool) {
        switch state {
        case .header, .oldSparseMap, .sparseMap: return try advanceBlock(input)
        case .special(let typeFlag, let remaining, let padding):
            return try advanceSpecial(input, typeFlag, remaining, padding)
        case .data: return advanceData(input)
        case .padding(let count):
            let used = min(count, input.count)
            state = used == count ? .header : .padding(count - used)
            return (used, nil, used < count)
        case .ended: return (input.count, nil, true)
        }
    }

    /// Collects 512 bytes, in place where they have arrived in one piece.
    private mutating func advanceBlock(
        _ input: UnsafeRawBufferPointer
    ) throws(TarError) -> (used: Int, event: TarEvent?, needsInput: Bool) {
        if collected.isEmpty && input.count >= TarHeaderBlock.size {
            let event = try takeBlock(UnsafeRawBufferPointer(rebasing: input[..<TarHeaderBlock.size]))
            return (TarHeaderBlock.size, event, false)
        }
        let used = min(input.count, TarHeaderBlock.size - collected.count)
        collected.append(contentsOf: input[..<used])
        guard collected.count == TarHeaderBlock.size else { return (used, nil, true) }
        let block = collected
        collected.removeAll(keepingCapacity: true)
        let event = try block.withUnsafeBufferPointer { (block) throws(TarError) in
            try takeBlock(UnsafeRawBufferPointer(block))
        }
        return (used, event, false)
    }

    private mutating func advanceSpecial(
        _ input: UnsafeRawBufferPointer, _ typeFlag: UInt8, _ remaining: Int, _ padding: Int
    ) throws(TarError) -> (used: Int, event: TarEvent?, needsInput: Bool) {
        let used = min(input.count, remaining)
        collected.append(contentsOf: input[..<used])
        guard used == remaining else {
            state = .special(typeFlag: typeFlag, remaining: remaining - used, padding: padding)
            return (used, nil, true)
        }
        let content = collected
        collected.removeAll()
        state = .padding(padding)
        try takeSpecial(typeFlag, content)
        return (used, nil, false)
    }

    private mutating func advanceData(
        _ input: UnsafeRawBufferPointer
    ) -> (used: Int, event: TarEvent?, needsInput: Bool) {
        if remaining == 0 {
            state = .padding(paddingAfterData)
            return (0, .entryEnd, false)
        }
        guard !input.isEmpty else { return (0, nil, true) }
        var count = Int(min(remaining, Int64(input.count)))
        var place = fileOffset
        if let ranges, rangeIndex < ranges.count {
            let range = ranges[rangeIndex]
            count = Int(min(Int64(count), range.length - usedOfRange))
            place = range.offset + usedOfRange
            usedOfRange += Int64(count)
            if usedOfRange == range.length { (rangeIndex, usedOfRange) = (rangeIndex + 1, 0) }
        }
        fileOffset = place + Int64(count)
        remaining -= Int64(count)
        return (count, .data(offset: place, count: count), false)
    }

    /// Gives out an entry whose `stored` bytes of data come next.
    mutating func begin(_ entry: TarEntry, stored: Int64) throws(TarError) -> TarEvent {
        guard entryCount < limits.entries else { throw TarError("more than \(limits.entries) entries") }
        entryCount += 1
        remaining = stored
        fileOffset = 0
        ranges = entry.sparse
        (rangeIndex, usedOfRange) = (0, 0)
        paddingAfterData = Self.padding(stored)
        (pax, longName, longLink, specialCount) = (nil, nil, nil, 0)
        state = .data
        return .entry(entry)
    }

    static func padding(_ size: Int64) -> Int { Int((512 - size % 512) % 512) }
}
