#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
public import Primitives

extension Descriptor {
    /// Sends the next `count` bytes of `file`, fewer when it ends before; how many. Where the kernel can it copies them
    /// itself (`sendfile(2)`). Errors: `unavailable`, EPIPE among them.
    public func pass(from file: Descriptor, count: Int) throws(EngineError) -> Int {
        var sent = 0
        #if os(Linux)
        while sent < count {
            let step = sendfile(number, file.number, nil, min(count - sent, 1 << 30))
            if step > 0 {
                sent += step
            } else if step == 0 {
                return sent
            } else if errno == EINVAL || errno == ENOSYS {
                break
            } else if errno != EINTR && errno != EAGAIN {
                throw Self.failure("sendfile")
            }
        }
        #endif
        while sent < count, case let bytes = try file.read(limit: min(count - sent, 256 << 10)), !bytes.isEmpty {
            try write(bytes)
            sent += bytes.count
        }
        return sent
    }
}
