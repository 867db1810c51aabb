#if canImport(Glibc)
internal import Glibc
private let systemWrite = Glibc.pwrite
#elseif canImport(Musl)
internal import Musl
private let systemWrite = Musl.pwrite
#elseif canImport(Darwin)
internal import Darwin
private let systemWrite = Darwin.pwrite
#endif
public import Primitives

/// An ordinary file that is open, closed when it goes out of scope. Its calls block.
public struct OpenFile: ~Copyable, Sendable {
    private let number: Int32
    private let path: String

    private init(_ path: String, _ flags: Int32) throws(EngineError) {
        number = open(path, flags | O_CLOEXEC, 0o644)
        self.path = path
        guard number >= 0 else { throw Disk.failure("open \(path)") }
    }

    deinit { if number >= 0 { close(number) } }

    /// Errors: `notFound` when it isn't there, `unavailable`.
    public static func reading(_ path: String) throws(EngineError) -> OpenFile { try OpenFile(path, O_RDONLY) }

    /// Makes a file that must not be there yet. Errors: `conflict` when it is, `notFound` without its folder.
    public static func creating(_ path: String) throws(EngineError) -> OpenFile {
        try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
    }

    /// Opens a file to be written, and makes it when it isn't there.
    public static func writing(_ path: String) throws(EngineError) -> OpenFile { try OpenFile(path, O_RDWR | O_CREAT) }

    /// In bytes. Errors: `notFound` for what is no ordinary file.
    public func size() throws(EngineError) -> Int64 {
        var found = stat()
        guard fstat(number, &found) == 0 else { throw Disk.failure("stat \(path)") }
        guard found.st_mode & S_IFMT == S_IFREG else { throw EngineError(.notFound, "\(path): not a file") }
        return Int64(found.st_size)
    }

    /// Fills `target` from a place of the file; less only at the file's end.
    public func read(at offset: Int64, into target: UnsafeMutableRawBufferPointer) throws(EngineError) -> Int {
        var filled = 0
        while filled < target.count, let base = target.baseAddress {
            let count = pread(number, base + filled, target.count - filled, off_t(offset) + off_t(filled))
            if count == 0 { break }
            if count > 0 { filled += count } else if errno != EINTR { throw Disk.failure("read \(path)") }
        }
        return filled
    }

    /// At most `count` bytes from a place on; less only at the file's end.
    public func read(at offset: Int64, count: Int) throws(EngineError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let filled = try bytes.withUnsafeMutableBufferPointer { (target) throws(EngineError) in
            try read(at: offset, into: UnsafeMutableRawBufferPointer(target))
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Writes all of `bytes` at a place of the file. Errors: `unavailable`, a full disk among them.
    public func write(at offset: Int64, _ bytes: [UInt8]) throws(EngineError) {
        try bytes.withUnsafeBufferPointer { (source) throws(EngineError) in
            try write(at: offset, UnsafeRawBufferPointer(source))
        }
    }

    /// Writes all of `source` at a place of the file. Errors: `unavailable`, a full disk among them.
    public func write(at offset: Int64, _ source: UnsafeRawBufferPointer) throws(EngineError) {
        var written = 0
        while written < source.count, let base = source.baseAddress {
            let count = systemWrite(number, base + written, source.count - written, off_t(offset) + off_t(written))
            if count >= 0 { written += count } else if errno != EINTR { throw Disk.failure("write \(path)") }
        }
    }

    /// Returns when the bytes survive a loss of power (`fsync(2)`).
    public func sync() throws(EngineError) {
        guard fsync(number) == 0 else { throw Disk.failure("fsync \(path)") }
    }

    /// Takes the lock of the file (`flock(2)`) without waiting; false when somebody holds it in a way that forbids this.
    /// It goes with the file.
    public func lock(exclusive: Bool) throws(EngineError) -> Bool {
        if flock(number, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw Disk.failure("flock \(path)") }
        return false
    }

    /// A second descriptor for the same open file; whoever takes it closes it.
    public func duplicate() throws(EngineError) -> Descriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw Disk.failure("dup \(path)") }
        return Descriptor(copy)
    }
}
