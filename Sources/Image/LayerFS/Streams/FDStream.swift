public import LinuxSystem

/// A descriptor to read from: file, pipe or socket (blocking). Closed with the object.
public final class FDSource: ByteSource {
    private let box: FDBox

    public init(_ fd: consuming FD) { box = FDBox(fd) }
    public init(_ box: FDBox) { self.box = box }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try box.fd.read(into: buffer)
    }
}

/// A descriptor to write to: file, pipe or socket (blocking). Closed with the object.
public final class FDSink: ByteSink {
    fileprivate let box: FDBox

    public init(_ fd: consuming FD) { box = FDBox(fd) }
    public init(_ box: FDBox) { self.box = box }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        try box.fd.writeAll(bytes)
    }
}

extension FDSink: FileSink {
    func write(_ range: Range<Int64>, of file: borrowing FD) throws -> Int64 {
        try box.fd.writeAll(from: file, range)
    }
}
