import Primitives

/// What a source holds once it is decompressed: gzip, bzip2, xz, zstd and plain, told by the first bytes. Streams made of
/// several compressed ones are read to the end.
public final class DecompressedSource: ByteSource, @unchecked Sendable {
    // Invariant: a source is used by one thread at a time.
    private let source: any ByteSource
    private let decoder: (any Decoder)?
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 64)
    private var start = 0
    private var end = 0
    private var sourceEnded = false
    /// Bytes that may still come out.
    private var allowance: Int64
    /// How the source is compressed.
    public let compression: Compression

    /// Reads the first bytes at once. More than `limit` bytes of content are an error (`badParameter`).
    public init(_ source: any ByteSource, limit: Int64 = .max) throws {
        self.source = source
        allowance = limit
        do {
            while end < Compression.prefixLength {
                let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: input[end...]))
                if count == 0 { break }
                end += count
            }
            compression = Compression.detect(input[..<end])
            decoder = try Self.decoder(compression)
        } catch {
            input.deallocate()
            throw error
        }
    }

    deinit { input.deallocate() }

    private static func decoder(_ compression: Compression) throws -> (any Decoder)? {
        switch compression {
        case .none: nil
        case .gzip: GzipDecoder()
        case .bzip2: try Bzip2Decoder()
        case .xz: try XZDecoder()
        case .zstd: try ZstdDecoder()
        }
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try readSome(into: buffer)
        allowance -= Int64(count)
        guard allowance >= 0 else {
            throw EngineError(.badParameter, "invalid \(compression.rawValue) data: it becomes larger than is allowed")
        }
        return count
    }

    private func readSome(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let decoder else { return try readPlain(into: buffer) }
        while true {
            if start == end && !sourceEnded {
                (start, end) = (0, try source.read(into: input))
                sourceEnded = end == 0
            }
            let waiting = UnsafeRawBufferPointer(rebasing: input[start..<end])
            let (taken, given) = try decoder.decode(waiting, into: buffer, isLast: sourceEnded)
            start += taken
            if given > 0 { return given }
            if taken == 0 && sourceEnded { return 0 }
            guard taken > 0 || start == end else {
                throw EngineError(.badParameter, "invalid \(compression.rawValue) data: the stream does not go on")
            }
        }
    }

    private func readPlain(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard start < end else { return try source.read(into: buffer) }
        let count = min(buffer.count, end - start)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[start..<start + count]))
        start += count
        return count
    }
}

/// The error for compressed data that are damaged or end early.
func damaged(_ kind: Compression, _ what: String) -> EngineError {
    EngineError(.badParameter, "invalid \(kind.rawValue) data: \(what)")
}
