import CISAL
import Primitives

/// Compresses what is written into gzip, by ISA-L at level 1. The same bytes give the same result whatever the sizes
/// of the writes: no time and no name in the header, whole blocks only.
public final class GzipSink: ByteSink, @unchecked Sendable {
    // Invariant: a sink is used by one thread at a time.
    private let sink: any ByteSink
    private let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
    private let levelBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 64)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 64)
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    private var filled = 0

    public init(_ sink: any ByteSink) {
        self.sink = sink
        isal_deflate_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = levelBuffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.level_buf_size = UInt32(levelBuffer.count)
        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
        stream.pointee.flush = UInt16(NO_FLUSH)
    }

    deinit {
        stream.deallocate()
        levelBuffer.deallocate()
        output.deallocate()
        block.deallocate()
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = rest.prefix(block.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: block[filled...]).copyBytes(from: taken)
            filled += taken.count
            rest = rest.dropFirst(taken.count)
            if filled == block.count { try compress(isLast: false) }
        }
    }

    /// Writes the rest and the trailer. Call once, at the end.
    public func finish() throws { try compress(isLast: true) }

    private func compress(isLast: Bool) throws {
        stream.pointee.next_in = block.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(filled)
        stream.pointee.end_of_stream = isLast ? 1 : 0
        filled = 0
        repeat {
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            let result = isal_deflate(stream)
            guard result == COMP_OK else { throw EngineError(.internal, "gzip: code \(result)") }
            let given = output.count - Int(stream.pointee.avail_out)
            if given > 0 { try sink.write(UnsafeRawBufferPointer(rebasing: output[..<given])) }
        } while stream.pointee.avail_out == 0
    }
}
