import Glibc
import HostSystem
import OrderedJSON
import Primitives
import Synchronization
import Testing

@testable import DockerCLI

/// Answers on a unix socket as it is told, and keeps what it was asked.
final class FakeEngine: Sendable {
    struct Request: Equatable, CustomStringConvertible {
        /// `GET /networks`, without the version.
        var line: String
        var body: JSONValue?
        var head: [String] = []
        /// A body that came in chunks.
        var bytes: [UInt8] = []

        func header(_ name: String) -> String? {
            head.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }

        var description: String { "\(line) \(body?.text() ?? "")" }
    }

    typealias Answer = @Sendable (Request) -> (status: Int, body: String)

    private let path: String
    private let listener: Int32
    private let requests = Mutex<[Request]>([])
    private let answer: Answer

    init(answering answer: @escaping Answer) throws {
        self.answer = answer
        path = "/tmp/fake-engine-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).sock"
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(listener, 8) == 0)
        start()
    }

    /// By the request's line.
    convenience init(_ answer: @escaping @Sendable (_ line: String) -> (status: Int, body: String)) throws {
        try self.init(answering: { answer($0.line) })
    }

    /// Every call has the same answer.
    convenience init(_ status: Int, _ body: String) throws { try self.init(answering: { _ in (status, body) }) }

    /// Runs a command line; what the engine was asked, what was written, the exit code.
    func docker(
        _ words: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> (requests: [Request], text: String, code: Int32) {
        let (left, right) = try descriptorPair()
        let (typed, keyboard) = try descriptorPair()
        try keyboard.write(Array(input.utf8))
        keyboard.finishWriting()
        let console = Console(input: typed, output: left, error: left)
        let host = "unix://\(path)"
        let code = Docker(console: console) { $0 == "DOCKER_HOST" ? host : environment[$0] }.run(words)
        left.finishWriting()
        var bytes: [UInt8] = []
        while let part = try? right.read(), !part.isEmpty { bytes += part }
        for end in [left, right, typed, keyboard] { end.closeNow() }
        return (take(), String(decoding: bytes, as: UTF8.self), code)
    }

    /// The engine ends with its test: nobody waits in `accept` on a socket that was shut down.
    func close() {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
    }

    private func take() -> [Request] {
        requests.withLock { all in
            defer { all = [] }
            return all
        }
    }

    private func start() {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<FakeEngine>.fromOpaque(argument).takeRetainedValue().serve()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    private func serve() {
        while case let number = accept(listener, nil, nil), number >= 0 {
            let connection = Descriptor(number)
            if let request = try? read(connection) {
                requests.withLock { $0.append(request) }
                let (status, body) = answer(request)
                let head = "HTTP/1.1 \(status) Answer\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                try? connection.write(Array((head + body).utf8))
            }
            connection.closeNow()
        }
        Glibc.close(listener)
    }

    private func read(_ connection: Descriptor) throws -> Request {
        var bytes: [UInt8] = []
        while bytes.firstRange(of: Array("\r\n\r\n".utf8)) == nil { bytes += try some(connection) }
        let head = String(decoding: bytes, as: UTF8.self).split(
            separator: "\r\n\r\n", omittingEmptySubsequences: false)[0]
        let lines = head.split(separator: "\r\n")
        let start = head.utf8.count + 4
        let isChunked = lines.contains("Transfer-Encoding: chunked")
        while isChunked, !bytes.suffix(5).elementsEqual("0\r\n\r\n".utf8) { bytes += try some(connection) }
        let length = lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        while bytes.count < start + length { bytes += try some(connection) }
        let words = lines[0].split(separator: " ")
        let path = words[1].drop { $0 != "." }.drop { $0 != "/" }
        let body = isChunked ? [] : bytes.suffix(length)
        return Request(
            line: "\(words[0]) \(path)", body: body.isEmpty ? nil : try JSONValue(parsing: Array(body)),
            head: lines.dropFirst().map(String.init), bytes: isChunked ? Self.joined(bytes[start...]) : [])
    }

    private static func joined(_ chunks: ArraySlice<UInt8>) -> [UInt8] {
        var (result, rest) = ([UInt8](), chunks)
        while let end = rest.firstIndex(of: 13),
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16),
            size > 0
        {
            result += rest[(end + 2)...].prefix(size)
            rest = rest[(end + 2)...].dropFirst(size + 2)
        }
        return result
    }

    private func some(_ connection: Descriptor) throws -> [UInt8] {
        let part = try connection.read()
        guard !part.isEmpty else { throw EngineError(.unavailable, "unexpected EOF") }
        return part
    }
}

func descriptorPair() throws -> (Descriptor, Descriptor) {
    let (left, right) = try StreamPair.make()
    return (Descriptor(try #require(left.take())), Descriptor(try #require(right.take())))
}

extension JSONValue {
    /// With the members of every object by name, as their order says nothing.
    var sorted: JSONValue {
        switch self {
        case .object(let object):
            .object(JSONObject(object.entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) }))
        case .array(let values): .array(values.map(\.sorted))
        default: self
        }
    }
}
