#if canImport(Glibc)
internal import Glibc
private let streamKind = Int32(SOCK_STREAM.rawValue)
private let systemRename = Glibc.rename
#elseif canImport(Musl)
internal import Musl
private let streamKind = SOCK_STREAM
private let systemRename = Musl.rename
#elseif canImport(Darwin)
internal import Darwin
private let streamKind = SOCK_STREAM
private let systemRename = Darwin.rename
#endif
public import Primitives

/// Client sockets.
public enum Connection {
    /// Connects to a unix socket. Errors: `notFound` when nobody listens, `badParameter` for a path of 104 bytes or more.
    public static func unix(_ path: String) throws(EngineError) -> Descriptor {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < 104 else { throw EngineError(.badParameter, "the socket's path is too long: \(path)") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, streamKind, 0)
        guard descriptor >= 0 else { throw Descriptor.failure("socket") }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let error = Descriptor.failure("dial unix \(path)")
            close(descriptor)
            throw error
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return Descriptor(descriptor)
    }

    /// Connects to the first address of a host that answers. Errors: `notFound` when nobody listens, `unavailable`.
    public static func tcp(host: String, port: UInt16) throws(EngineError) -> Descriptor {
        var hints = addrinfo()
        hints.ai_socktype = streamKind
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &list) == 0 else {
            throw EngineError(.unavailable, "no such host: \(host)")
        }
        defer { freeaddrinfo(list) }
        var next = list
        while let candidate = next {
            let info = candidate.pointee
            let descriptor = socket(info.ai_family, info.ai_socktype, info.ai_protocol)
            if descriptor >= 0 {
                if connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 {
                    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                    return Descriptor(descriptor)
                }
                close(descriptor)
            }
            next = info.ai_next
        }
        throw Descriptor.failure("dial tcp \(host):\(port)")
    }

    /// Opens a file to be read.
    public static func file(_ path: String) throws(EngineError) -> Descriptor {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Descriptor.failure("open \(path)") }
        return Descriptor(descriptor)
    }

    /// Makes a file to be written; `exclusive` refuses one that is there (`conflict`).
    public static func newFile(_ path: String, exclusive: Bool = false) throws(EngineError) -> Descriptor {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | (exclusive ? O_EXCL : 0), 0o644)
        guard descriptor >= 0 else { throw Descriptor.failure("open \(path)") }
        return Descriptor(descriptor)
    }

    /// Whether what is there is an ordinary file; nil when there is nothing.
    public static func isFile(_ path: String) -> Bool? {
        var found = stat()
        return stat(path, &found) == 0 ? found.st_mode & S_IFMT == S_IFREG : nil
    }

    /// Two sockets that are connected with each other. Errors: `unavailable`.
    public static func pair() throws(EngineError) -> (Descriptor, Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, streamKind, 0, &ends) == 0 else { throw Descriptor.failure("socketpair") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Gives a file another's name, in one step. Errors: `unavailable`.
    public static func rename(_ path: String, to target: String) throws(EngineError) {
        guard systemRename(path, target) == 0 else { throw Descriptor.failure("rename \(path) \(target)") }
    }

    public static func removeFile(_ path: String) { unlink(path) }
}
