import CISAL
import Primitives

/// A raw deflate stream (RFC 1951): pieces compressed by ISA-L at level 1, and pieces as they are, in any order.
final class Deflater {
    private let sink: any ByteSink
    private let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
    private let levelBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 64)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 64)
    /// Something was compressed that is not all written, or ends within a byte.
    private var isCompressing = false

    /// Of a stored block.
    private static let mostStored = 65_535

    init(_ sink: any ByteSink) {
        self.sink = sink
        begin()
    }

    deinit {
        stream.deallocate()
        levelBuffer.deallocate()
        output.deallocate()
    }

    private func begin() {
        isal_deflate_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = levelBuffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.level_buf_size = UInt32(levelBuffer.count)
        stream.pointee.gzip_flag = UInt16(IGZIP_DEFLATE)
    }

    func compress(_ bytes: UnsafeRawBufferPointer) throws {
        isCompressing = true
        try run(bytes, flush: NO_FLUSH)
    }

    /// As they are, in stored blocks. What is compressed afterwards refers to nothing before them.
    func store(_ bytes: UnsafeRawBufferPointer) throws {
        if isCompressing {
            // Ends on a whole byte, as stored blocks must begin.
            try run(UnsafeRawBufferPointer(start: nil, count: 0), flush: FULL_FLUSH)
            begin()
            isCompressing = false
        }
        for start in stride(from: 0, to: bytes.count, by: Self.mostStored) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + Self.mostStored)])
            let count = UInt16(part.count)
            try sink.write([0, UInt8(count & 0xff), UInt8(count >> 8), UInt8(~count & 0xff), UInt8(~count >> 8)])
            try sink.write(part)
        }
    }

    /// Writes the rest, and the last block. Nothing may follow.
    func finish() throws {
        stream.pointee.end_of_stream = 1
        try run(UnsafeRawBufferPointer(start: nil, count: 0), flush: NO_FLUSH)
    }

    private func run(_ bytes: UnsafeRawBufferPointer, flush: Int32) throws {
        // ISA-L reads what it is given and no more; its C has no const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        stream.pointee.flush = UInt16(flush)
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
