import CZstd

/// Zstandard frames, one after the other (RFC 8878).
final class ZstdDecoder: Decoder {
    private let stream: OpaquePointer
    private var isInFrame = false

    init() throws {
        guard let stream = ZSTD_createDStream() else { throw damaged(.zstd, "out of memory") }
        self.stream = stream
        // 128 MiB, which is what `--ultra` makes; more is refused.
        ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 27)
    }

    deinit { ZSTD_freeDStream(stream) }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws -> (taken: Int, given: Int) {
        if input.isEmpty && isLast && !isInFrame { return (0, 0) }
        var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var to = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let result = ZSTD_decompressStream(stream, &to, &from)
        guard ZSTD_isError(result) == 0 else { throw damaged(.zstd, String(cString: ZSTD_getErrorName(result))) }
        isInFrame = result != 0
        if isLast && isInFrame && to.pos == 0 && from.pos == 0 { throw damaged(.zstd, "unexpected EOF") }
        return (from.pos, to.pos)
    }
}
