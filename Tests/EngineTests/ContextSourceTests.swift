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
        Case(
            text: "https://example.com/a.git?ref=v%2F1&subdir=d+e", remote: "https://example.com/a.git",
            reference: "v/1",
            folder: "d e"),
        Case(text: "git@example.com:a?tag=v1#:d", remote: "git@example.com:a", reference: "refs/tags/v1", folder: "d"),
        Case(text: "git://h/a?branch=refs/heads/x", remote: "git://h/a", reference: "refs/heads/x"),
        Case(text: "git://h/a?ref=x#x", remote: "git://h/a", reference: "x"),
    ]

    @Test(arguments: cases) func addressReferenceAndFolderAreToldApart(_ expected: Case) throws {
        let found = try GitRepository(parsing: expected.text)
        #expect(found.remote == expected.remote && found.reference == expected.reference)
        #expect(found.folder == expected.folder)
    }

    @Test func queriesSayMore() throws {
        let found = try GitRepository(parsing: "https://h/a.git?checksum=ABC1&keep-git-dir&submodules=false")
        #expect(found.checksum == "abc1" && found.keepsGitFolder == true && !found.hasSubmodules)
        let plain = try GitRepository(parsing: "https://h/a.git?commit=12&keep-git-dir=0")
        #expect(plain.checksum == "12" && plain.keepsGitFolder == false && plain.hasSubmodules)
    }

    @Test(arguments: [
        "?what=1", "?ref", "?ref=a&ref=a", "?ref=a#b", "?subdir=a#:b", "?tag=a&branch=b", "?tag=a&ref=a",
        "?submodules=x",
        "?checksum=xyz", "?mtime=commit",
    ]) func queriesThatSayNothingAreRefused(_ query: String) {
        #expect(throws: EngineError.self) { try GitRepository(parsing: "https://h/a.git" + query) }
    }

    @Test(arguments: [
        ("https://user:word@h/a.git", "https://h/a.git"), ("ssh://git:word@h:22/a", "ssh://git@h:22/a"),
        ("git@h:a", "git@h:a"), ("https://h/a@b.git", "https://h/a@b.git"),
    ]) func passwordsAreNotPassedOn(_ remote: String, shown: String) throws {
        #expect(try GitRepository(parsing: remote).publicRemote == shown)
    }

    /// As `git ls-remote` prints it, with a word of the server's among it.
    @Test func aNameMeansOneCommit() {
        let (one, two, three) = (
            String(repeating: "1", count: 40), String(repeating: "2", count: 40), String(repeating: "3", count: 40)
        )
        let references = GitResolution.references(
            """
            warning: \t
            \(one)\tHEAD
            \(one)\trefs/heads/trunk
            \(two)\trefs/heads/both
            \(one)\trefs/tags/both
            \(three)\trefs/tags/v1
            \(two)\trefs/tags/v1^{}
            short\trefs/heads/bad
            """)
        #expect(references.count == 6)
        func found(_ name: String) -> String {
            GitResolution.find(name, in: references).map { "\($0.whole) \($0.object.prefix(1)) \($0.commit.prefix(1))" }
                ?? ""
        }
        #expect(found("HEAD") == "HEAD 1 1" && found("trunk") == "refs/heads/trunk 1 1")
        #expect(found("both") == "refs/heads/both 2 2" && found("tags/both") == "refs/tags/both 1 1")
        #expect(found("v1") == "refs/tags/v1 3 2" && found("refs/tags/v1") == "refs/tags/v1 3 2")
        #expect(found("bad").isEmpty && found("none").isEmpty)
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
