import CBz2

/// Bzip2 streams, one after the other.
final class Bzip2Decoder: Decoder {
    private let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
    private var isOpen = false

    init() throws {
        stream.initialize(to: bz_stream())
        do {
            try open()
        } catch {
            stream.deallocate()
            throw error
        }
    }

    deinit {
        if isOpen { BZ2_bzDecompressEnd(stream) }
        stream.deallocate()
    }

    private func open() throws {
        stream.pointee = bz_stream()
        let result = BZ2_bzDecompressInit(stream, 0, 0)
        guard result == BZ_OK else { throw damaged(.bzip2, "code \(result)") }
        isOpen = true
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws -> (taken: Int, given: Int) {
        if !isOpen {
            guard !input.isEmpty else { return (0, 0) }
            try open()
        }
        let start = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointee.next_in = start.map { UnsafeMutablePointer(mutating: $0) }
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointee.avail_out = UInt32(clamping: output.count)
        let room = Int(stream.pointee.avail_out)
        let result = BZ2_bzDecompress(stream)
        let taken = input.count - Int(stream.pointee.avail_in)
        let given = room - Int(stream.pointee.avail_out)
        if result == BZ_STREAM_END {
            BZ2_bzDecompressEnd(stream)
            isOpen = false
        } else if result != BZ_OK {
            throw damaged(.bzip2, "code \(result)")
        } else if isLast && given == 0 {
            throw damaged(.bzip2, "unexpected EOF")
        }
        return (taken, given)
    }
}
