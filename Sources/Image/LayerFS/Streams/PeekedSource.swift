/// A source whose first bytes can be looked at before it is read.
public final class PeekedSource: ByteSource, @unchecked Sendable {
    // Invariant: a source is used by one thread at a time.
    private let source: any ByteSource
    /// The first bytes: as many as were asked for, or all there are.
    public let prefix: [UInt8]
    private var given = 0

    /// Reads the first `count` bytes at once.
    public init(_ source: any ByteSource, count: Int) throws {
        self.source = source
        var bytes = [UInt8](repeating: 0, count: count)
        let filled = try bytes.withUnsafeMutableBytes { try source.fill($0) }
        bytes.removeLast(count - filled)
        prefix = bytes
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard given < prefix.count else { return try source.read(into: buffer) }
        let count = min(buffer.count, prefix.count - given)
        prefix.withUnsafeBytes { bytes in
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[given..<given + count]))
        }
        given += count
        return count
    }
}
