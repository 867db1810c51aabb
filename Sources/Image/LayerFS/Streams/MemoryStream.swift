import Synchronization

/// Bytes in memory to read from.
public final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private let offset = Mutex(0)
    private let chunk: Int

    /// At most `chunk` bytes are given per read, which tests use to move the seams.
    public init(_ bytes: [UInt8], chunk: Int = .max) {
        self.bytes = bytes
        self.chunk = max(1, chunk)
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        offset.withLock { offset in
            let count = min(buffer.count, bytes.count - offset, chunk)
            bytes.withUnsafeBytes { raw in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[offset..<offset + count]))
            }
            offset += count
            return count
        }
    }
}

/// Collects what is written.
public final class MemorySink: ByteSink {
    private let collected = Mutex<[UInt8]>([])

    public init() {}

    public var bytes: [UInt8] { collected.withLock { $0 } }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        collected.withLock { $0.append(contentsOf: bytes) }
    }
}
