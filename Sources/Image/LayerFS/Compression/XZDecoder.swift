import CLzma

/// The .xz format, several streams and padding included.
final class XZDecoder: Decoder {
    private let stream = UnsafeMutablePointer<lzma_stream>.allocate(capacity: 1)
    private var isFinished = false
    /// LZMA_CONCATENATED, a macro that is not imported.
    private static let concatenated: UInt32 = 0x08

    init() throws {
        stream.initialize(to: lzma_stream())
        // 1 GiB of memory at most: `xz -9` makes streams that need 65 MiB.
        let result = lzma_stream_decoder(stream, 1 << 30, Self.concatenated)
        guard result == LZMA_OK else {
            stream.deallocate()
            throw damaged(.xz, "code \(result.rawValue)")
        }
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws -> (taken: Int, given: Int) {
        if isFinished { return (input.count, 0) }
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = output.count
        let result = lzma_code(stream, isLast ? LZMA_FINISH : LZMA_RUN)
        let moved = (input.count - stream.pointee.avail_in, output.count - stream.pointee.avail_out)
        switch result {
        // A stream that breaks off gives LZMA_OK without progress at first.
        case LZMA_OK: if isLast && moved == (0, 0) { throw damaged(.xz, "unexpected EOF") }
        case LZMA_STREAM_END: isFinished = true
        case LZMA_BUF_ERROR: if isLast && moved.1 == 0 { throw damaged(.xz, "unexpected EOF") }
        default: throw damaged(.xz, "code \(result.rawValue)")
        }
        return moved
    }
}
