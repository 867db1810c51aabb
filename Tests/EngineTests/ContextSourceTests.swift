import Dockerfile
import LinuxSystem
import Primitives
import Testing

@testable import Engine

@Suite struct ContextFormTests {
    private let tar: [UInt8] = {
        var block = [UInt8](repeating: 0, count: 512)
        block.replaceSubrange(0..<1, with: "x".utf8)
        block.replaceSubrange(100..<108, with: Array("0000644\0".utf8))
        block.replaceSubrange(124..<136, with: Array("00000000000\0".utf8))
        block.replaceSubrange(136..<148, with: Array("00000000000\0".utf8))
        block.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(148..<148 + sum.utf8.count, with: sum.utf8)
        return block
    }()
    private let text = Array("FROM busybox\n".utf8)

    @Test func contentsTellWhatTheyAre() {
        #expect(ContextForm(tar) == .archive)
        #expect(ContextForm([UInt8](repeating: 0, count: 512)) == .archive)
        #expect(ContextForm([]) == .archive)
        for magic: [UInt8] in [
            [0x1f, 0x8b, 8], Array("BZh9".utf8), [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], [0x28, 0xb5, 0x2f, 0xfd],
        ] {
            #expect(ContextForm(magic + text) == .archive)
        }
        #expect(ContextForm(text) == .dockerfile)
        #expect(ContextForm(text + Array("# naïve\r\n\t".utf8)) == .dockerfile)
    }

    /// The types that Docker takes (its `remotecontext` package).
    @Test func serversSayWhatItIs() throws {
        #expect(try ContextForm(text, mediaType: "text/plain; charset=utf-8") == .dockerfile)
        #expect(try ContextForm(text, mediaType: nil) == .dockerfile)
        #expect(try ContextForm(text, mediaType: "application/octet-stream") == .dockerfile)
        for type in [
            "application/x-tar", "application/tar", "application/x-gzip", "application/x-bzip2", "application/x-xz",
        ] {
            #expect(try ContextForm(text, mediaType: type) == .archive, "\(type)")
        }
        #expect(try ContextForm(tar, mediaType: "text/plain") == .archive)
        #expect(throws: EngineError.self) { try ContextForm(text, mediaType: "text/html") }
        #expect(throws: EngineError.self) { try ContextForm([], mediaType: "text/plain") }
    }
}

@Suite struct GitRepositoryTests {
    struct Case: Sendable {
        var text: String
        var remote: String
        var reference = "HEAD"
        var folder = ""
    }

    static let cases = [
        Case(text: "https://example.com/a.git", remote: "https://example.com/a.git"),
        Case(text: "https://example.com/a.git#v1", remote: "https://example.com/a.git", reference: "v1"),
        Case(
            text: "https://example.com/a.git#v1:d/e", remote: "https://example.com/a.git", reference: "v1",
            folder: "d/e"),
        Case(text: "https://example.com/a.git#:d", remote: "https://example.com/a.git", folder: "d"),
        Case(text: "github.com/a/b", remote: "https://github.com/a/b"),
        Case(text: "git@example.com:a/b.git#x", remote: "git@example.com:a/b.git", reference: "x"),
        Case(text: "ssh://git@example.com/a#x:", remote: "ssh://git@example.com/a", reference: "x"),
    ]

    @Test(arguments: cases) func addressReferenceAndFolderAreToldApart(_ expected: Case) throws {
        let found = try GitRepository(parsing: expected.text)
        #expect(found.remote == expected.remote && found.reference == expected.reference)
        #expect(found.folder == expected.folder)
    }

    /// CVE-2019-13139, CVE-2017-1000117.
    @Test(arguments: [
        "https://example.com/a.git#--upload-pack=touch /tmp/x", "git@-oProxyCommand=x:y", "ssh://-oProxyCommand=x/y",
        "ssh://git@-oProxyCommand=x/y", "https://example.com/a.git#a\n--x",
    ]) func whatGitWouldTakeForAnOptionIsRefused(_ text: String) {
        #expect(throws: EngineError.self) { try GitRepository(parsing: text) }
    }
}

@Suite struct ContextPruningTests {
    private func tree(_ files: [String], _ rules: String) throws -> [String] {
        let path = "/var/tmp/pruning-test-\(UInt64.random(in: 0 ... .max))"
        defer { try? HostDirectory.removeTree(path) }
        try HostDirectory.make(path)
        for file in files {
            try HostDirectory.makeAll(HostDirectory.parent(of: path + "/" + file))
            try HostFile.write(path + "/" + file, [])
        }
        let root = FDBox(try FD.open(at: RawPath(path), .directory))
        try ContextPruning.prune(root, by: IgnoreRules(parsing: Array(rules.utf8)))
        return try ContextWalk().entries(of: root).all.map(\.path.string)
    }

    /// Docker's reference, ".dockerignore file".
    @Test func rulesTakeFilesAway() throws {
        let files = ["a", "b/a", "b/c/a", "b/d", "README.md", "README-secret.md", "x.md"]
        #expect(
            try tree(files, "") == ["README-secret.md", "README.md", "a", "b", "b/a", "b/c", "b/c/a", "b/d", "x.md"])
        #expect(try tree(files, "*/a\n*.md\n") == ["a", "b", "b/c", "b/c/a", "b/d"])
        #expect(try tree(files, "**/a\n*.md\n!README*.md\nREADME-secret.md\n") == ["README.md", "b", "b/c", "b/d"])
        #expect(try tree(files, "*\n!b/c/a\n") == ["b", "b/c", "b/c/a"])
        #expect(try tree(files, "b\n!b/none\n") == ["README-secret.md", "README.md", "a", "x.md"])
    }
}
