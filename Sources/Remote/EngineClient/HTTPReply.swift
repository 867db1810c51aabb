internal import HostSystem
internal import Primitives

/// What a server answered, with its body still on the wire.
final class HTTPReply {
    /// What was asked for.
    let path: String
    let status: Int
    /// The words behind the status.
    let reason: String
    private let headers: [(String, String)]
    private var reader: BufferedReader
    private var framing: Framing
    /// Of the chunk that is being read.
    private var chunkBytes = 0

    /// Given at once.
    private static let mostBytes = 256 << 10

    enum Framing {
        case length(Int)
        case chunked(rest: Int)
        case untilClose
        case ended
    }

    init(_ connection: Descriptor, method: String, path: String) throws(EngineError) {
        self.path = path
        reader = BufferedReader(connection)
        var head = try Self.readHead(&reader)
        // 100 Continue and the like come before the answer proper.
        while head.status == 100 { head = try Self.readHead(&reader) }
        (status, reason, headers) = head
        framing = .untilClose
        framing = Self.framing(method: method, status: status, headers: headers)
    }

    func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }

    private static func readHead(
        _ reader: inout BufferedReader
    ) throws(EngineError) -> (status: Int, reason: String, headers: [(String, String)]) {
        let line = try reader.line().split(separator: " ", maxSplits: 2)
        guard line.count >= 2, line[0].hasPrefix("HTTP/1."), let status = Int(line[1]) else {
            throw EngineError(
                .unavailable,
                "malformed HTTP response \"\(line.joined(separator: " "))\". "
                    + "Are you trying to connect to a TLS-enabled daemon without TLS?")
        }
        let reason = line.count > 2 ? String(line[2]) : ""
        var headers: [(String, String)] = []
        while true {
            let line = try reader.line()
            if line.isEmpty { return (status, reason, headers) }
            guard headers.count < 256, let colon = line.firstIndex(of: ":") else {
                throw EngineError(.unavailable, "malformed HTTP response")
            }
            headers.append((line[..<colon].lowercased(), String(line[line.index(after: colon)...].drop { $0 == " " })))
        }
    }

    private static func framing(method: String, status: Int, headers: [(String, String)]) -> Framing {
        if method == "HEAD" || status == 204 || status == 304 { return .ended }
        if status == 101 { return .untilClose }
        if headers.contains(where: { $0.0 == "transfer-encoding" && $0.1.lowercased().contains("chunked") }) {
            return .chunked(rest: 0)
        }
        let length = headers.first { $0.0 == "content-length" }.flatMap { Int($0.1) }
        return length.map { $0 == 0 ? .ended : .length($0) } ?? .untilClose
    }

    /// The next bytes of the body; empty at its end.
    func next() throws(EngineError) -> [UInt8] {
        switch framing {
        case .ended: return []
        case .untilClose: return try reader.some(limit: Self.mostBytes)
        case .length(let rest):
            let bytes = try reader.some(limit: min(rest, Self.mostBytes))
            guard !bytes.isEmpty else { throw EngineError(.unavailable, "unexpected EOF") }
            framing = bytes.count == rest ? .ended : .length(rest - bytes.count)
            return bytes
        case .chunked(let rest): return try nextOfChunk(rest)
        }
    }

    private func nextOfChunk(_ rest: Int) throws(EngineError) -> [UInt8] {
        var rest = rest
        if rest == 0 {
            guard let size = Int(try chunkLine().prefix { $0 != ";" }, radix: 16), size >= 0 else {
                throw EngineError(.unavailable, "malformed chunked encoding")
            }
            guard size > 0 else {
                while try !reader.line().isEmpty {}
                framing = .ended
                return []
            }
            (rest, chunkBytes) = (size, size)
        }
        let bytes = try reader.some(limit: min(rest, Self.mostBytes))
        guard !bytes.isEmpty else { throw EngineError(.unavailable, "unexpected EOF") }
        rest -= bytes.count
        if rest == 0 { _ = try chunkLine() }
        framing = .chunked(rest: rest)
        return bytes
    }

    /// A line between chunks. Where these are large the next one is left on the wire, to be read as a whole.
    private func chunkLine() throws(EngineError) -> String {
        try reader.line(limit: chunkBytes >= 64 << 10 ? 64 : 256 << 10)
    }

    /// Bytes are here that need no wait; some of them may be the wire's own.
    var hasBuffered: Bool { reader.hasBuffered }

    /// The whole body. Errors: `unavailable` past `limit` bytes.
    func collect(limit: Int = 256 << 20) throws(EngineError) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let bytes = try next()
            if bytes.isEmpty { return body }
            guard body.count + bytes.count <= limit else { throw EngineError(.unavailable, "the answer is too large") }
            body += bytes
        }
    }

    /// What was read past the head of a connection that is taken over.
    func takeBuffered() -> [UInt8] { reader.takeBuffered() }
}

/// Lines and bytes from a descriptor.
struct BufferedReader {
    private static let longestLine = 64 << 10

    private let source: Descriptor
    private var buffer: [UInt8] = []
    private var start = 0

    init(_ source: Descriptor) { self.source = source }

    private mutating func fill(limit: Int = 256 << 10) throws(EngineError) -> Bool {
        let bytes = try source.read(limit: limit)
        buffer.removeFirst(start)
        start = 0
        buffer += bytes
        return !bytes.isEmpty
    }

    /// Up to a newline, without it and the carriage return before it. `limit`: bytes that are read at once.
    mutating func line(limit: Int = 256 << 10) throws(EngineError) -> String {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 10) {
                let line = buffer[start..<end]
                start = end + 1
                return String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
            }
            guard buffer.count - start < Self.longestLine else {
                throw EngineError(.unavailable, "the answer's head is too long")
            }
            let offset = buffer.count - start
            guard try fill(limit: limit) else { throw EngineError(.unavailable, "unexpected EOF") }
            searched = offset
        }
    }

    var hasBuffered: Bool { start < buffer.count }

    mutating func some(limit: Int) throws(EngineError) -> [UInt8] {
        // What is asked for at once need not be copied out of the buffer.
        if start == buffer.count, limit >= 64 << 10 { return try source.read(limit: limit) }
        if start == buffer.count, try !fill() { return [] }
        let end = min(buffer.count, start + limit)
        defer { start = end }
        return Array(buffer[start..<end])
    }

    mutating func takeBuffered() -> [UInt8] {
        defer { start = buffer.count }
        return Array(buffer[start...])
    }
}
