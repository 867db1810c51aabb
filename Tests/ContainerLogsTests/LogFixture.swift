import ContainerLogs
import LinuxSystem
import Primitives
import Testing

/// A container's folder with a log in it, written as Docker's `json-file` driver does.
struct LogFixture {
    let folder: String
    var path: String { folder + "/a-json.log" }

    init() throws {
        folder = "/tmp/martlet-logs-\(UInt64.random(in: 0 ... .max))"
        try HostDirectory.makeAll(folder)
    }

    func remove() { try? HostDirectory.removeTree(folder) }

    /// `second` counts from 2015-05-28T17:39:00Z.
    static func line(_ text: String, _ stream: String = "stdout", second: Int = 1, attributes: String = "") -> String {
        let escaped = text.map { $0 == "\n" ? "\\n" : $0 == "\"" ? "\\\"" : String($0) }.joined()
        let time = Timestamp(seconds: 1_432_834_740 + Int64(second)).description
        return "{\"log\":\"\(escaped)\",\"stream\":\"\(stream)\"\(attributes),\"time\":\"\(time)\"}\n"
    }

    func append(_ text: String, to name: String? = nil) throws {
        let file = try FD.open(at: RawPath(name ?? path), [.writeOnly, .create, .append], mode: 0o600)
        try file.writeAll(Array(text.utf8))
    }

    /// As the writer rotates: from the oldest on, then a new file.
    func rotate(keeping count: Int) throws {
        for number in stride(from: count - 1, to: 0, by: -1) {
            let from = number == 1 ? path : "\(path).\(number - 1)"
            if HostFile.exists(from) { try HostFile.rename(from, to: "\(path).\(number)") }
        }
        try append("")
    }

    func read(_ query: LogQuery = LogQuery(), framing: LogFraming = .raw, maxBytes: Int = 1 << 16) throws -> String {
        var reader = try LogReader(path: path, query: query, framing: framing)
        return String(decoding: try Self.drain(&reader, maxBytes: maxBytes), as: UTF8.self)
    }

    static func drain(_ reader: inout LogReader, maxBytes: Int = 1 << 16) throws -> [UInt8] {
        var result: [UInt8] = []
        while let chunk = try reader.next(maxBytes: maxBytes) { result += chunk }
        return result
    }
}
