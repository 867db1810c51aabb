import CISAL
import Primitives

/// Compresses what is written into gzip (RFC 1952), except for what would not get smaller. The same bytes give the same
/// result whatever the sizes of the writes: no time and no name in the header, whole blocks only.
public final class GzipSink: ByteSink, @unchecked Sendable {
    // Invariant: a sink is used by one thread at a time.
    private let sink: any ByteSink
    private let body: Deflater
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    private var filled = 0
    private var hasHeader = false
    private var crc: UInt32 = 0
    private var size: UInt32 = 0

    /// Deflate, no flags, no time, nothing said of the level, no system.
    private static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]

    public init(_ sink: any ByteSink) {
        self.sink = sink
        body = Deflater(sink)
    }

    deinit { block.deallocate() }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            if filled == 0, rest.count >= block.count {
                try pack(UnsafeRawBufferPointer(rebasing: rest.prefix(block.count)))
                rest = rest.dropFirst(block.count)
                continue
            }
            let taken = rest.prefix(block.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: block[filled...]).copyBytes(from: taken)
            filled += taken.count
            rest = rest.dropFirst(taken.count)
            if filled == block.count { try packBlock() }
        }
    }

    /// Writes the rest and the trailer. Call once, at the end.
    public func finish() throws {
        try packBlock()
        try body.finish()
        try sink.write([crc, size].flatMap { word in (0..<4).map { UInt8(word >> (8 * $0) & 0xff) } })
    }

    private func packBlock() throws {
        defer { filled = 0 }
        try pack(UnsafeRawBufferPointer(rebasing: block[..<filled]))
    }

    /// Pieces of one kind that follow each other go together.
    private func pack(_ bytes: UnsafeRawBufferPointer) throws {
        if !hasHeader { try sink.write(Self.header) }
        hasHeader = true
        crc = crc32_gzip_refl(crc, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
        size &+= UInt32(bytes.count)
        var (start, wasStored) = (0, false)
        for place in stride(from: 0, to: bytes.count, by: StoringRule.piece) {
            let end = min(bytes.count, place + StoringRule.piece)
            let isStored = StoringRule.stores(UnsafeRawBufferPointer(rebasing: bytes[place..<end]))
            if isStored != wasStored, start < place {
                try put(UnsafeRawBufferPointer(rebasing: bytes[start..<place]), stored: wasStored)
                start = place
            }
            wasStored = isStored
        }
        if start < bytes.count { try put(UnsafeRawBufferPointer(rebasing: bytes[start...]), stored: wasStored) }
    }

    private func put(_ bytes: UnsafeRawBufferPointer, stored: Bool) throws {
        if stored { try body.store(bytes) } else { try body.compress(bytes) }
    }
}
