internal import LinuxSystem

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

/// A sink that takes parts of files without their bytes passing through this process.
protocol FileSink: ByteSink {
    /// How many bytes it took: fewer where the file ends, none where it can't.
    func write(_ range: Range<Int64>, of file: borrowing FD) throws -> Int64
}

extension ByteSink {
    /// Writes an array.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }
}
