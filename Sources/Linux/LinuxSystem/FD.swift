internal import CLinux

/// An owned file descriptor: closed when it goes out of scope, always close-on-exec.
///
/// Keep it in a `final class` box where a collection has to hold one. `rawValue` is for this plane's own calls; above
/// `LinuxSystem`, descriptors travel as `FD`.
public struct FD: ~Copyable, Sendable {
    public let rawValue: Int32

    /// Takes ownership of an open descriptor.
    public init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is not negative")
        self.rawValue = rawValue
    }

    deinit { _ = cl_close(rawValue) }

    /// Closes now, for callers to whom the result matters (`close(2)`: EIO, ENOSPC, EDQUOT).
    public consuming func close() throws(SystemError) {
        let raw = release()
        try check(cl_close(raw), "close")
    }

    /// Gives up ownership; the caller closes.
    public consuming func release() -> Int32 {
        let raw = rawValue
        discard self
        return raw
    }

    /// A second descriptor for the same open file (`fcntl(2)` F_DUPFD_CLOEXEC).
    public borrowing func duplicate() throws(SystemError) -> FD {
        FD(owning: try check(cl_dup(rawValue), "dup"))
    }

    /// Reads at most `buffer.count` bytes; 0 is end of file. Uses `read(2)`, retries EINTR.
    public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        return Int(try check(cl_read(rawValue, base, buffer.count), "read"))
    }

    /// Writes once and says how much was taken. Uses `write(2)`, retries EINTR.
    public borrowing func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        return Int(try check(cl_write(rawValue, base, buffer.count), "write"))
    }

    /// Writes everything, however many calls it takes. For blocking descriptors.
    public borrowing func writeAll(_ buffer: UnsafeRawBufferPointer) throws(SystemError) {
        var rest = buffer
        while !rest.isEmpty {
            let written = try write(rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Writes everything, however many calls it takes. For blocking descriptors.
    public borrowing func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            let result = bytes.withUnsafeBytes { cl_write(rawValue, $0.baseAddress! + offset, $0.count - offset) }
            offset += Int(try check(result, "write"))
        }
    }

    /// Reads to end of file, refusing more than `limit` bytes with EFBIG.
    public borrowing func readAll(limit: Int = 64 << 20) throws(SystemError) -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Int(
                try check(chunk.withUnsafeMutableBytes { cl_read(rawValue, $0.baseAddress!, $0.count) }, "read"))
            if count == 0 { return result }
            guard result.count + count <= limit else {
                throw SystemError(errno: 27, call: "read", subject: "too large")
            }
            result.append(contentsOf: chunk[..<count])
        }
    }
}

/// Holds an `FD` where a copyable reference is needed; the descriptor lives as long as the box.
public final class FDBox: Sendable {
    public let fd: FD
    public init(_ fd: consuming FD) { self.fd = fd }
}

/// The two ends of a pipe, both close-on-exec (`pipe2(2)`).
public struct Pipe: ~Copyable, Sendable {
    public var reader: FD
    public var writer: FD

    public init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let result = ends.withUnsafeMutableBufferPointer { cl_pipe($0.baseAddress!, 0) }
        try check(result, "pipe2")
        reader = FD(owning: ends[0])
        writer = FD(owning: ends[1])
    }
}
