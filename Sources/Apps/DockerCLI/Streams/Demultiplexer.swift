/// Takes Docker's framed output apart: `[stream, 0, 0, 0, length as 4 bytes]`, then the payload.
struct Demultiplexer {
    enum Stream: UInt8 {
        case input, output, error, system
    }

    private var head: [UInt8] = []
    private var stream = Stream.output
    private var rest = 0

    /// Calls `take` with what belongs to each stream. Errors: a frame of a stream that does not exist.
    mutating func push(_ bytes: [UInt8], _ take: (Stream, ArraySlice<UInt8>) throws -> Void) throws {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            if rest > 0 {
                let part = bytes.prefix(rest)
                bytes = bytes.dropFirst(part.count)
                rest -= part.count
                try take(stream, part)
                continue
            }
            let part = bytes.prefix(8 - head.count)
            bytes = bytes.dropFirst(part.count)
            head += part
            if head.count == 8 { try beginFrame() }
        }
    }

    private mutating func beginFrame() throws {
        guard let stream = Stream(rawValue: head[0]) else {
            throw CommandFailure("Unrecognized input header: \(head[0])")
        }
        self.stream = stream
        rest = head[4...].reduce(0) { $0 << 8 | Int($1) }
        head.removeAll(keepingCapacity: true)
    }
}
