import HostSystem
import Testing

@testable import Dockerfile

/// Whatever a file holds, reading it ends with a tree or with an error that names a line of it.
///
/// `Corpus` has Dockerfiles that once were worth a thought; each is read as it is and with bytes changed, cut and doubled.
@Suite struct FuzzTests {
    static let corpus = [
        "continuations", "directives", "documents", "escapes", "expansions", "flags", "health", "json", "latin1",
        "stages",
        "triggers", "windows",
    ]
    private static let rounds = 400

    private func load(_ name: String) throws -> [UInt8] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let file = try Connection.file("/\(folder)/Corpus/\(name).Dockerfile")
        defer { file.closeNow() }
        var bytes: [UInt8] = []
        while true {
            let part = try file.read()
            if part.isEmpty { return bytes }
            bytes += part
        }
    }

    @Test(arguments: corpus)
    func theCorpusIsRead(_ name: String) throws {
        let bytes = try load(name)
        try #require(!bytes.isEmpty)
        survive(bytes)
        #expect((try? SyntaxTree(parsing: bytes)) != nil, "as it is, it is right")
    }

    @Test(arguments: corpus)
    func changedFilesAreReadToo(_ name: String) throws {
        let bytes = try load(name)
        var random = Random(seed: name.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) })
        for _ in 0..<Self.rounds { survive(random.changed(bytes)) }
    }

    @Test func anyBytesAreRead() {
        var random = Random(seed: 1)
        for _ in 0..<500 { survive((0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }) }
    }

    private func survive(_ bytes: [UInt8]) {
        let source = SourceText(name: "Dockerfile", bytes: bytes)
        let report = Linter.check(source)
        for span in report.warnings.map(\.span) + (report.failure?.spans ?? []) {
            #expect(span.lines.lowerBound >= 1 && span.lines.upperBound <= source.lineCount)
            #expect(span.lines.contains(span.start.line) && span.start.column >= 1)
        }
        #expect(report.failure.map { !$0.message.isEmpty } ?? true)
        // What was understood reads the same again.
        guard let tree = try? SyntaxTree(parsing: bytes) else { return }
        let lines = source.lineCount
        #expect(tree.instructions.allSatisfy { $0.span.lines.upperBound <= lines })
    }
}

/// The same numbers each time (SplitMix64).
private struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    private static let telling: [String] = [
        "\\", "\\\n", "`", "\n", "\r\n", "#", "\"", "'", "$", "${", "}", "<<", "<<-E", "[", "]", ",", "=", "--", "--x=",
        " ",
        "\t", "FROM ", "ONBUILD ", "ARG ", "ENV ", "\u{A0}", "\u{FEFF}", "/", "%", ":-", "# escape=`\n", "\0",
    ]

    /// One to four changes: a byte, a cut, a copy, something that means something.
    mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(4) where !bytes.isEmpty {
            let start = below(bytes.count)
            let end = min(bytes.count, start + below(40))
            switch below(4) {
            case 0: bytes[start] = UInt8(truncatingIfNeeded: next())
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: Array(bytes[start..<end]), at: below(bytes.count))
            default: bytes.insert(contentsOf: Array(Self.telling[below(Self.telling.count)].utf8), at: start)
            }
        }
        return bytes
    }
}
