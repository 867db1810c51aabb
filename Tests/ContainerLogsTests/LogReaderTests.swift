import ContainerLogs
import LinuxSystem
import Primitives
import Testing

@Suite struct LogReaderTests {
    let fixture: LogFixture

    init() throws { fixture = try LogFixture() }

    @Test func showsLinesInTheirOrder() throws {
        defer { fixture.remove() }
        try fixture.append(LogFixture.line("one\n") + LogFixture.line("two\n", "stderr") + LogFixture.line("three"))
        #expect(try fixture.read() == "one\ntwo\nthree")
        #expect(try fixture.read(LogQuery(stdout: false)) == "two\n")
        #expect(try fixture.read(LogQuery(stderr: false)) == "one\nthree")
    }

    @Test func anAbsentLogIsEmpty() throws {
        defer { fixture.remove() }
        #expect(try fixture.read() == "")
        #expect(try fixture.read(LogQuery(tail: 3)) == "")
    }

    @Test func framesOfOneStreamAreJoined() throws {
        defer { fixture.remove() }
        try fixture.append(
            LogFixture.line("a\n") + LogFixture.line("b\n") + LogFixture.line("c\n", "stderr") + LogFixture.line("d\n"))
        var reader = try LogReader(path: fixture.path)
        #expect(
            try LogFixture.drain(&reader) == [1, 0, 0, 0, 0, 0, 0, 4] + Array("a\nb\n".utf8)
                + [2, 0, 0, 0, 0, 0, 0, 2] + Array("c\n".utf8) + [1, 0, 0, 0, 0, 0, 0, 2] + Array("d\n".utf8))
    }

    @Test func framesHaveABound() throws {
        defer { fixture.remove() }
        let long = String(repeating: "x", count: 100_000)
        try fixture.append(LogFixture.line(long) + (0..<5000).map { LogFixture.line("line \($0)\n") }.joined())
        var reader = try LogReader(path: fixture.path)
        let bytes = try LogFixture.drain(&reader)
        var (place, text) = (0, [UInt8]())
        while place + 8 <= bytes.count {
            let count = bytes[(place + 4)..<(place + 8)].reduce(0) { $0 << 8 | Int($1) }
            #expect(bytes[place] == 1 && count > 0 && count <= 32 << 10)
            text += bytes[(place + 8)..<(place + 8 + count)]
            place += 8 + count
        }
        #expect(place == bytes.count)
        #expect(String(decoding: text, as: UTF8.self) == long + (0..<5000).map { "line \($0)\n" }.joined())
    }

    @Test func undoesEscapes() throws {
        defer { fixture.remove() }
        // What Go's encoder writes for these.
        let json =
            #"{"log":"a\u003cb\u003e \"q\" \\ \t\r\b\f\u0000\u001b[0m é \u2028 \ud83d\ude00 \ufffd\ud83d x\n","#
            + #""stream":"stdout","time":"2015-05-28T17:39:01.123456789Z"}"# + "\n"
        try fixture.append(json)
        #expect(
            try fixture.read()
                == "a<b> \"q\" \\ \t\r\u{8}\u{c}\u{0}\u{1b}[0m é \u{2028} \u{1F600} \u{FFFD}\u{FFFD} x\n")
    }

    @Test(arguments: [
        ("2015-05-28T17:39:01.123456789Z", "2015-05-28T17:39:01.123456789Z"),
        ("2015-05-28T17:39:01.1Z", "2015-05-28T17:39:01.100000000Z"),
        ("2015-05-28T17:39:01Z", "2015-05-28T17:39:01.000000000Z"),
        ("2015-05-28T19:39:01.5+02:00", "2015-05-28T17:39:01.500000000Z"),
    ])
    func timesHaveNineDigits(time: String, shown: String) throws {
        defer { fixture.remove() }
        try fixture.append("{\"log\":\"x\\n\",\"stream\":\"stderr\",\"time\":\"\(time)\"}\n")
        #expect(try fixture.read(LogQuery(timestamps: true)) == shown + " x\n")
    }

    @Test func sinceAndUntilIncludeTheirMoment() throws {
        defer { fixture.remove() }
        try fixture.append((0..<10).map { LogFixture.line("\($0)\n", second: $0) }.joined())
        func time(_ second: Int64, _ nanoseconds: Int64 = 0) -> Timestamp {
            Timestamp(seconds: 1_432_834_740 + second, nanoseconds: nanoseconds)
        }
        #expect(try fixture.read(LogQuery(since: time(8))) == "8\n9\n")
        #expect(try fixture.read(LogQuery(since: time(8, 1))) == "9\n")
        #expect(try fixture.read(LogQuery(until: time(1))) == "0\n1\n")
        #expect(try fixture.read(LogQuery(until: time(1, -1))) == "0\n")
        #expect(try fixture.read(LogQuery(since: time(3), until: time(5), tail: 6)) == "4\n5\n")
    }

    @Test func detailsComeBeforeTheLine() throws {
        defer { fixture.remove() }
        try fixture.append(
            LogFixture.line("x\n", attributes: #","attrs":{"b":"1 2","a":"}\"&"}"#) + LogFixture.line("y\n"))
        #expect(try fixture.read(LogQuery(details: true)) == "a=%7D%22%26,b=1+2 x\n y\n")
    }

    @Test func takesFieldsInAnyOrderAndSkipsBrokenLines() throws {
        defer { fixture.remove() }
        try fixture.append(
            LogFixture.line("a\n") + "rubbish\n" + #"{"time":"2015-05-28T17:39:01Z", "stream":"stderr","log":"b\n"}"#
                + "\n"
                + #"{"log":"cut off"# + "\n" + "\n" + #"{"log":"no time","stream":"stdout"}"# + "\n"
                + LogFixture.line("c\n") + #"{"log":"unfinished","stre"#)
        var reader = try LogReader(path: fixture.path, framing: .raw)
        #expect(String(decoding: try LogFixture.drain(&reader), as: UTF8.self) == "a\nb\nc\n")
        #expect(reader.brokenLines == 3)
    }

    @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 100]) func tailCountsOverRotatedFiles(count: Int) throws {
        defer { fixture.remove() }
        try fixture.append(LogFixture.line("1\n") + LogFixture.line("2\n"), to: fixture.path + ".2")
        try fixture.append(
            LogFixture.line("3\n") + LogFixture.line("4\n") + LogFixture.line("5\n"), to: fixture.path + ".1")
        try fixture.append(LogFixture.line("6\n"))
        #expect(try fixture.read(LogQuery(tail: count)) == (1...6).suffix(count).map { "\($0)\n" }.joined())
    }

    @Test func tailGoesBackOverManyBlocks() throws {
        defer { fixture.remove() }
        let text = String(repeating: "y", count: 900)
        try fixture.append((0..<5000).map { LogFixture.line("\($0) \(text)\n") }.joined())
        for count in [1, 63, 64, 65, 1500, 4999, 5000] {
            let lines = try fixture.read(LogQuery(tail: count)).split(separator: "\n")
            #expect(lines.count == count)
            #expect(lines.first?.hasPrefix("\(5000 - count) ") == true)
        }
    }

    @Test func linesSurviveAnyCutOfTheBuffer() throws {
        defer { fixture.remove() }
        let texts = (0..<3000).map { "\($0)" + String(repeating: "é\"", count: $0 % 120) + "\n" }
        try fixture.append(texts.map { LogFixture.line($0, attributes: #","attrs":{"k":"v"}"#) }.joined())
        #expect(try fixture.read(maxBytes: 700) == texts.joined())
    }

    @Test func randomDamageNeverCrashes() throws {
        defer { fixture.remove() }
        var generator = SystemRandomNumberGenerator()
        let line = Array(LogFixture.line("hello \"you\"\n", attributes: #","attrs":{"k":"v"}"#).utf8)
        for _ in 0..<300 {
            var bytes = (0..<20).flatMap { _ in line }
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0..<60, using: &generator))
            try HostFile.write(fixture.path, bytes)
            _ = try fixture.read(LogQuery(timestamps: true, details: true))
            _ = try fixture.read(LogQuery(since: .now(), tail: 7))
        }
    }
}
