public import APIModel
public import HostSystem
internal import OrderedJSON
public import Primitives

extension EngineClient {
    /// What is at a path of a container. Errors: what the server says.
    public func pathStat(_ container: String, _ path: String) throws(EngineError) -> ContainerPathStat {
        let connection = try connect()
        defer { connection.closeNow() }
        let reply = try send("HEAD", Self.archive(container, path), connection)
        guard (200..<300).contains(reply.status) else { throw failure(reply) }
        return try Self.stat(reply)
    }

    /// A tar of what is at a path, in pieces. `begin` is told first what that is.
    public func readArchive(
        _ container: String, _ path: String, begin: (ContainerPathStat) throws -> Void, _ take: ([UInt8]) throws -> Void
    ) throws {
        let connection = try connect()
        defer { connection.closeNow() }
        let reply = try send("GET", Self.archive(container, path), connection)
        guard (200..<300).contains(reply.status) else { throw failure(reply) }
        try begin(try Self.stat(reply))
        while case let bytes = try reply.next(), !bytes.isEmpty { try take(bytes) }
    }

    /// Has a tar unpacked in a directory of a container; `make` writes it. Errors: what the server says, or what `make`
    /// throws.
    public func extractArchive(
        _ container: String, _ path: String, ownedByUser: Bool, _ make: (ArchiveUpload) throws -> Void
    ) throws {
        var call = Self.archive(container, path) + "&noOverwriteDirNonDir=true"
        if ownedByUser { call += "&copyUIDGID=true" }
        let connection = try connect()
        defer { connection.closeNow() }
        var head = "PUT \(prefix)\(call) HTTP/1.1\r\nHost: docker\r\nUser-Agent: Docker-Client/1.7.0\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        try connection.write(head + "Transfer-Encoding: chunked\r\n\r\n")
        let upload = ArchiveUpload(connection)
        do {
            try make(upload)
            try upload.finish()
        } catch {
            // An engine that refuses early closes its side; its answer is still there to be read.
            guard upload.isRefused else { throw error }
        }
        let reply = try HTTPReply(connection, method: "PUT", path: prefix + call)
        guard (200..<300).contains(reply.status) else { throw failure(reply) }
        _ = try reply.collect(limit: 1 << 20)
    }

    private static func archive(_ container: String, _ path: String) -> String {
        "/containers/\(escape(container))/archive?path=\(escape(path))"
    }

    private static func stat(_ reply: HTTPReply) throws(EngineError) -> ContainerPathStat {
        guard let bytes = reply.header(ContainerPathStat.header.lowercased()).flatMap({ Base64.decode($0) }),
            let json = try? JSONValue(parsing: bytes),
            let stat = try? OrderedJSONDecoder().decode(ContainerPathStat.self, from: json)
        else { throw EngineError(.internal, "unable to decode container path stat header") }
        return stat
    }
}

/// The body of a request, made while it is sent, in chunks.
public final class ArchiveUpload {
    private let connection: Descriptor
    private var waiting: [UInt8] = []
    /// The engine takes no more; its answer says why.
    public private(set) var isRefused = false

    init(_ connection: Descriptor) { self.connection = connection }

    /// Errors: `unavailable` once the engine takes no more; whoever makes the body passes it on.
    public func write(_ bytes: [UInt8]) throws(EngineError) {
        waiting += bytes
        if waiting.count >= 64 << 10 { try flush() }
    }

    /// The next bytes of a file, `count` or all that there are; how many there were.
    public func write(from file: Descriptor, count: Int64) throws(EngineError) -> Int64 {
        // What is small goes with what is around it.
        guard count > 32 << 10 else {
            let bytes = try Self.read(file, Int(count))
            try write(bytes)
            return Int64(bytes.count)
        }
        try flush()
        var rest = count
        while rest > 0 {
            let chunk = Int(min(rest, 8 << 20))
            let sent = try sending { () throws(EngineError) in
                try connection.write(String(chunk, radix: 16) + "\r\n")
                let sent = try connection.pass(from: file, count: chunk)
                // The chunk has its length: what the file has lost is zeros.
                try connection.write([UInt8](repeating: 0, count: chunk - sent) + [13, 10])
                return sent
            }
            rest -= Int64(chunk)
            if sent < chunk { return count - rest }
        }
        return count
    }

    private static func read(_ file: Descriptor, _ count: Int) throws(EngineError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try file.read(limit: count - bytes.count)
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    func finish() throws(EngineError) {
        try flush()
        try sending { () throws(EngineError) in try connection.write("0\r\n\r\n") }
    }

    private func flush() throws(EngineError) {
        guard !waiting.isEmpty else { return }
        let chunk = waiting
        waiting.removeAll(keepingCapacity: true)
        try sending { () throws(EngineError) in
            try connection.write(Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + [13, 10])
        }
    }

    private func sending<Value>(_ body: () throws(EngineError) -> Value) throws(EngineError) -> Value {
        do throws(EngineError) { return try body() } catch {
            isRefused = true
            throw error
        }
    }
}
