import ContainerLogs
import LinuxSystem
import Primitives
import Testing

@Suite struct LogFollowTests {
    let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    private func text(_ reader: inout LogReader) throws -> String {
        String(decoding: try LogFixture.drain(&reader), as: UTF8.self)
    }

    @Test func goesOnWhereTheTailEnded() throws {
        defer { fixture.remove() }
        try fixture.append(LogFixture.line("1\n") + LogFixture.line("2\n"))
        var reader = try LogReader(path: fixture.path, query: LogQuery(tail: 1, follow: true), framing: .raw)
        #expect(try text(&reader) == "2\n")
        try fixture.append(LogFixture.line("3\n"))
        #expect(try text(&reader) == "3\n")
        // A line that is written in two halves.
        let line = LogFixture.line("4\n")
        try fixture.append(String(line.prefix(20)))
        #expect(try text(&reader) == "")
        try fixture.append(String(line.dropFirst(20)))
        #expect(try text(&reader) == "4\n")
    }

    @Test func waitsForAFileThatIsNotThereYet() throws {
        defer { fixture.remove() }
        let end = try endSignal()
        var reader = try LogReader(path: fixture.path, query: LogQuery(follow: true), framing: .raw)
        #expect(try text(&reader) == "")
        #expect(try reader.wait(end: end.reader.fd, upTo: .zero) == .timeOut)
        try fixture.append(LogFixture.line("1\n"))
        #expect(try reader.wait(end: end.reader.fd) == .change)
        #expect(try text(&reader) == "1\n")
    }

    @Test func followsThroughRotations() throws {
        defer { fixture.remove() }
        try fixture.append(LogFixture.line("0\n"))
        var reader = try LogReader(path: fixture.path, query: LogQuery(follow: true), framing: .raw)
        #expect(try text(&reader) == "0\n")
        // Two rotations behind the reader's back, with lines in every file.
        try fixture.append(LogFixture.line("1\n"))
        try fixture.rotate(keeping: 4)
        try fixture.append(LogFixture.line("2\n"))
        try fixture.rotate(keeping: 4)
        #expect(try text(&reader) == "1\n2\n")
        try fixture.append(LogFixture.line("3\n"))
        #expect(try text(&reader) == "3\n")
    }

    @Test func aRotationInTheMidstLosesAndDoublesNothing() throws {
        defer { fixture.remove() }
        var expected = ""
        var written = 0
        func write(_ count: Int) throws {
            let lines = (written..<(written + count)).map { "\($0)\n" }
            try fixture.append(lines.map { LogFixture.line($0) }.joined())
            expected += lines.joined()
            written += count
        }
        try write(3000)
        var reader = try LogReader(path: fixture.path, query: LogQuery(follow: true), framing: .raw)
        var seen: [UInt8] = []
        for step in 0..<60 {
            try write(500)
            if step % 4 == 0 { try fixture.rotate(keeping: 30) }
            if let chunk = try reader.next(maxBytes: 1000) { seen += chunk }
        }
        seen += try LogFixture.drain(&reader)
        #expect(String(decoding: seen, as: UTF8.self) == expected)
    }

    @Test func beginsAnewWhenTheOnlyFileIsTruncated() throws {
        defer { fixture.remove() }
        try fixture.append(LogFixture.line("old line\n"))
        var reader = try LogReader(path: fixture.path, query: LogQuery(follow: true), framing: .raw)
        #expect(try text(&reader) == "old line\n")
        let file = try FD.open(at: RawPath(fixture.path), .writeOnly)
        try file.truncate(to: 0)
        try fixture.append(LogFixture.line("new\n"))
        #expect(try text(&reader) == "new\n")
    }

    @Test func endsWithTheSignal() throws {
        defer { fixture.remove() }
        try fixture.append(LogFixture.line("1\n"))
        let end = try endSignal()
        var reader = try LogReader(path: fixture.path, query: LogQuery(follow: true), framing: .raw)
        #expect(try text(&reader) == "1\n")
        try fixture.append(LogFixture.line("last\n"))
        try end.writer.fd.writeAll([1])
        #expect(try reader.wait(end: end.reader.fd) == .end)
        #expect(try text(&reader) == "last\n")
    }

    @Test func endsWithTheFirstLineThatIsTooLate() throws {
        defer { fixture.remove() }
        try fixture.append(LogFixture.line("1\n", second: 1) + LogFixture.line("9\n", second: 9))
        let query = LogQuery(until: Timestamp(seconds: 1_432_834_745), follow: true)
        var reader = try LogReader(path: fixture.path, query: query, framing: .raw)
        #expect(try text(&reader) == "1\n")
        let end = try endSignal()
        #expect(try reader.wait(end: end.reader.fd) == .end)
    }

    private func endSignal() throws -> (reader: FDBox, writer: FDBox) { try FD.pipeEnds() }
}
