import LinuxSystem
import Testing

@testable import OCIRuntime

/// Expected lines are what Docker's json-file driver writes.
@Suite struct JSONFileLogTests {
    private let time: Int64 = 1_432_834_741_123_456_789
    private let stamp = "2015-05-28T17:39:01.123456789Z"

    private func withLog(
        maxSize: Int64 = 0, maxFile: Int = 1, attributes: [String: String] = [:],
        _ body: (JSONFileLog, (String) throws -> String?) throws -> Void
    ) throws {
        let folder = "/tmp/martlet-log-\(UInt64.random(in: 0 ... .max))"
        let tmp = try FD.open(at: "/tmp", .directory)
        try tmp.makeDirectory(RawPath(folder), mode: 0o755)
        defer { try? tmp.removeTree(RawPath(String(folder.dropFirst(5)))) }
        let log = try JSONFileLog(
            SupervisorConfig.Log(
                driver: .jsonFile, path: "\(folder)/log", maxSize: maxSize, maxFile: maxFile, attributes: attributes))
        try body(log) { name in
            guard let file = try? FD.open(at: RawPath("\(folder)/\(name)"), .readOnly) else { return nil }
            return String(decoding: try file.readAll(), as: UTF8.self)
        }
    }

    private func line(_ bytes: [UInt8]) throws -> String? {
        var text: String?
        try withLog { (log, read) throws in
            bytes.withUnsafeBytes { log.append($0, from: .stdout, time: time) }
            log.finish(time: time)
            text = try read("log")
        }
        return text
    }

    struct Case: Sendable {
        var input: [UInt8]
        var log: String
        init(_ input: String, _ log: String) { self.init(Array(input.utf8), log) }
        init(_ input: [UInt8], _ log: String) {
            self.input = input
            self.log = log
        }
    }

    @Test(arguments: [
        Case("text\n", #"text\n"#), Case("", ""), Case("\n", #"\n"#), Case("a\tb\r\n", #"a\u0009b\r\n"#),
        Case("\u{1B}[0m\u{7F}\n", "\\u001b[0m\u{7F}\\n"), Case("\"q\" \\ <a> &\n", #"\"q\" \\ \u003ca\u003e \u0026\n"#),
        Case("é 漢 😀\n", "é 漢 😀\\n"), Case("\u{2028}\u{2029}\n", #"\u2028\u2029\n"#),
        Case([0xFF, 0x41, 0xC3, 0x0A], #"\ufffdA\ufffd\n"#), Case([0xC0, 0x80, 0x0A], #"\ufffd\ufffd\n"#),
        Case([0xED, 0xA0, 0x80, 0x0A], #"\ufffd\ufffd\ufffd\n"#), Case([0x00, 0x0A], #"\u0000\n"#),
        Case("0123456789abcde<0123456789abcdef0123456789\n", #"0123456789abcde\u003c0123456789abcdef0123456789\n"#),
        Case("no newline", "no newline"),
    ])
    func escapesAsDocker(_ example: Case) throws {
        let expected =
            example.input.isEmpty ? "" : #"{"log":""# + example.log + #"","stream":"stdout","time":""# + stamp + "\"}\n"
        #expect(try line(example.input) == expected)
    }

    @Test func joinsLinesThatComeInPieces() throws {
        try withLog { (log, read) throws in
            for piece in ["one ", "li", "ne\ntw", "o\n"] {
                Array(piece.utf8).withUnsafeBytes { log.append($0, from: .stderr, time: time) }
            }
            log.flush()
            let lines = ["one line", "two"].map {
                #"{"log":""# + $0 + #"\n","stream":"stderr","time":""# + stamp + "\"}\n"
            }
            #expect(try read("log") == lines.joined())
        }
    }

    @Test func keepsStreamsApart() throws {
        try withLog { (log, read) throws in
            Array("o".utf8).withUnsafeBytes { log.append($0, from: .stdout, time: time) }
            Array("e\n".utf8).withUnsafeBytes { log.append($0, from: .stderr, time: time) }
            Array("\n".utf8).withUnsafeBytes { log.append($0, from: .stdout, time: time) }
            log.flush()
            let text = try read("log") ?? ""
            #expect(text.contains(#"{"log":"e\n","stream":"stderr""#))
            #expect(text.contains(#"{"log":"o\n","stream":"stdout""#))
        }
    }

    @Test(arguments: [16_383, 16_384, 16_385, 40_000]) func cutsLinesAfter16KiB(length: Int) throws {
        for chunk in [length + 1, 1000] {
            try withLog { (log, read) throws in
                let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: length) + [10]
                for start in stride(from: 0, to: bytes.count, by: chunk) {
                    bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes {
                        log.append($0, from: .stdout, time: time)
                    }
                }
                log.flush()
                let pieces = try #require(try read("log")).split(separator: "\n").map { line in
                    line.dropFirst(8).prefix { $0 != "\"" }
                }
                #expect(pieces.map(\.count) == expectedPieces(length))
                #expect(pieces.last?.hasSuffix("\\n") == true)
            }
        }
    }

    /// Docker's copier holds 16 KiB: what is in it is written when it is full without a newline.
    private func expectedPieces(_ length: Int) -> [Int] {
        var rest = length
        var result: [Int] = []
        while rest >= 16_384 {
            result.append(16_384)
            rest -= 16_384
        }
        return result + [rest + 2]
    }

    @Test func writesAttributes() throws {
        try withLog(attributes: ["b": "<2>", "a": "1"]) { (log, read) throws in
            Array("x\n".utf8).withUnsafeBytes { log.append($0, from: .stdout, time: time) }
            log.flush()
            #expect(
                try read("log") == #"{"log":"x\n","stream":"stdout","attrs":{"a":"1","b":"\u003c2\u003e"},"time":""#
                    + stamp + "\"}\n")
        }
    }

    @Test func shiftsFilesWhenTheyAreFull() throws {
        try withLog(maxSize: 150, maxFile: 3) { (log, read) throws in
            for number in 0..<7 {
                Array("line \(number)\n".utf8).withUnsafeBytes { log.append($0, from: .stdout, time: time) }
            }
            log.flush()
            // A line takes 81 bytes; before each one the size is looked at.
            #expect(try read("log")?.contains("line 6") == true)
            #expect(try read("log.1")?.contains("line 4") == true)
            #expect(try read("log.2")?.contains("line 2") == true)
            #expect(try read("log.3") == nil)
        }
    }

    @Test func truncatesASingleFile() throws {
        try withLog(maxSize: 150, maxFile: 1) { (log, read) throws in
            for number in 0..<3 {
                Array("line \(number)\n".utf8).withUnsafeBytes { log.append($0, from: .stdout, time: time) }
            }
            log.flush()
            #expect(try read("log")?.hasPrefix(#"{"log":"line 2\n""#) == true)
            #expect(try read("log.1") == nil)
        }
    }

    @Test func formatsTimesAsGo() {
        #expect(LogTime.format(0) == "1970-01-01T00:00:00Z")
        #expect(LogTime.format(1_432_834_741_100_000_000) == "2015-05-28T17:39:01.1Z")
        #expect(LogTime.format(951_827_696_000_000_001) == "2000-02-29T12:34:56.000000001Z")
        #expect(LogTime.format(1_798_761_599_999_999_999) == "2026-12-31T23:59:59.999999999Z")
    }

    @Test func framesAsStdcopy() {
        let header = withUnsafeBytes(of: StreamFrame.header(.stderr, count: 0x1234), Array.init)
        #expect(header == [2, 0, 0, 0, 0, 0, 0x12, 0x34])
    }
}
