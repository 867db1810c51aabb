/// Where bytes come from: a file, a request body, a download, memory.
///
/// Calls block. A source is used by one thread at a time, though not always the same one: a pipeline reads ahead on a
/// thread of its own.
public protocol ByteSource: AnyObject, Sendable {
    /// Fills at most `buffer.count` bytes (never empty) and says how many; 0 is the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Where bytes go. Calls block, and take everything or throw.
public protocol ByteSink: AnyObject, Sendable {
    func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// A sink that hashes what it takes, so that who writes and has to check does not hash it again.
public protocol HashingByteSink: ByteSink {
    /// Of all that was written: how many bytes.
    var count: Int64 { get }
    /// Of all that was written: the 32 bytes of SHA-256.
    var sha256: [UInt8] { get }
}

extension ByteSink {
    /// Writes an array.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}
