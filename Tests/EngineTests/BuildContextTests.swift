import APIModel
import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

@testable import Engine

/// A folder that stands for the engine's, removed at the end.
private final class Folder: Sendable {
    let path = "/var/tmp/context-test-\(UInt64.random(in: 0 ... .max))"

    deinit { try? HostDirectory.removeTree(path) }

    func receive(_ bytes: [UInt8], dockerfile: String = "") throws -> BuildContext {
        let file = try FD.memoryFile("context")
        try file.writeAll(bytes)
        try file.seek(to: 0)
        return try ContextReception(ContextHolder(in: path), .main(dockerfile: dockerfile)).read(
            ByteChannel(file), form: ContextForm.init)
    }

    func receive(_ files: [(TarEntry, String)], dockerfile: String = "") throws -> BuildContext {
        try receive(try pack(files), dockerfile: dockerfile)
    }

    /// What the context is refused for; empty when it is not.
    func refusal(_ files: [(TarEntry, String)], dockerfile: String = "") throws -> String {
        do {
            _ = try receive(files, dockerfile: dockerfile)
            return ""
        } catch let error as EngineError {
            return error.message
        }
    }
}

private func pack(_ files: [(TarEntry, String)]) throws -> [UInt8] {
    var result: [UInt8] = []
    for (entry, content) in files {
        var entry = entry
        if entry.kind == .file { entry.size = Int64(content.utf8.count) }
        result += try TarWriter.header(for: entry) + content.utf8
        result += [UInt8](repeating: 0, count: TarWriter.padding(after: Int64(content.utf8.count)))
    }
    return result + TarWriter.end
}

private func file(_ name: String, _ content: String = "FROM scratch\n", mode: UInt32 = 0o644) -> (TarEntry, String) {
    (TarEntry(kind: .file, name: Array(name.utf8), mode: mode, uid: 1000, gid: 1000), content)
}

private func folder(_ name: String) -> (TarEntry, String) {
    (TarEntry(kind: .directory, name: Array(name.utf8), mode: 0o755), "")
}

private func link(_ name: String, _ target: String, hard: Bool = false) -> (TarEntry, String) {
    let kind: TarEntry.Kind = hard ? .hardLink : .symbolicLink
    return (TarEntry(kind: kind, name: Array(name.utf8), linkName: Array(target.utf8), mode: 0o777), "")
}

extension BuildContext {
    fileprivate var paths: [String] { entries.all.map(\.path.string) }
    fileprivate var text: String { String(decoding: dockerfile, as: UTF8.self) }
}

@Suite struct BuildContextTests {
    private let scratch = Folder()

    @Test func filesAreToldFolderByFolder() throws {
        let context = try scratch.receive([
            file("b", "two"), file("Dockerfile"), folder("a"), file("a/z", "one", mode: 0o4755), file("a-b", ""),
            link("l", "/etc/passwd"), link("h", "b", hard: true),
        ])
        #expect(context.paths == ["Dockerfile", "a", "a/z", "a-b", "b", "h", "l"])
        let entry = try #require(context.entries["a/z"])
        #expect(entry.kind == .regular && entry.mode == 0o4755 && entry.size == 3)
        #expect(entry.digest == Digest.sha256(of: Array("one".utf8)))
        #expect(context.entries["l"]?.target == "/etc/passwd")
        #expect(context.entries["b"]?.sharedInode == context.entries["h"]?.sharedInode)
        #expect(context.entries["b"]?.sharedInode != nil && context.entries["a/z"]?.sharedInode == nil)
        #expect(context.entries["nothing"] == nil)
        #expect(context.dockerfileName == "Dockerfile" && context.text == "FROM scratch\n")
    }

    @Test func aFolderIsASlice() throws {
        let context = try scratch.receive([
            file("Dockerfile"), file("a/1"), file("a/b/2"), file("a.txt"), file("ab/3"), file("a/c"),
        ])
        func below(_ path: RawPath) -> [String] { context.entries.below(path).map(\.path.string) }
        #expect(below("a") == ["a/1", "a/b", "a/b/2", "a/c"])
        #expect(below("a/b") == ["a/b/2"])
        #expect(below("a/1").isEmpty && below("none").isEmpty)
        #expect(below("") == context.paths && below(".") == context.paths)
    }

    @Test func allFilesAreTheEnginesOwn() throws {
        let context = try scratch.receive([file("Dockerfile")])
        let mine = try context.root.fd.stat()
        let stat = try context.root.fd.stat("Dockerfile")
        #expect(stat.uid == mine.uid && stat.gid == mine.gid)
    }

    @Test func aTextIsADockerfileByItself() throws {
        let context = try scratch.receive(Array("FROM scratch\n".utf8), dockerfile: "other")
        #expect(context.text == "FROM scratch\n" && context.entries.all.isEmpty)
    }

    @Test func theNameMayBeWrittenSmall() throws {
        #expect(try scratch.receive([file("dockerfile")]).dockerfileName == "dockerfile")
        #expect(try scratch.receive([file("dockerfile")], dockerfile: "Dockerfile").dockerfileName == "dockerfile")
        #expect(try scratch.receive([file("a/F")], dockerfile: "a/F").dockerfileName == "a/F")
    }

    @Test func aMissingOrEmptyDockerfileIsNamed() throws {
        #expect(try scratch.refusal([file("x")]) == "Cannot locate specified Dockerfile: Dockerfile")
        #expect(try scratch.refusal([file("x")], dockerfile: "x/y") == "Cannot locate specified Dockerfile: x/y")
        #expect(try scratch.refusal([]) == "Cannot locate specified Dockerfile: Dockerfile")
        #expect(try scratch.refusal([file("Dockerfile", "")]) == "the Dockerfile (Dockerfile) cannot be empty")
        #expect(try scratch.refusal([folder("Dockerfile")]) == "the Dockerfile (Dockerfile) is not a file")
    }

    @Test func onlyWhatClientsHaveToSendIsTakenAway() throws {
        let files = [file("Dockerfile"), file("x"), file("a/x")]
        let ignore = { (text: String) in files + [file(".dockerignore", text)] }
        #expect(try scratch.receive(ignore("x\n")).paths == [".dockerignore", "Dockerfile", "a", "a/x", "x"])
        #expect(try scratch.receive(ignore("Dockerfile\n.dockerignore\n")).paths == ["a", "a/x", "x"])
        #expect(try scratch.receive(ignore("*\n")).paths == ["a", "a/x", "x"])
        #expect(try scratch.receive(ignore("**\n!Dockerfile\n")).paths == ["Dockerfile", "a", "a/x", "x"])
        #expect(try scratch.refusal(ignore("[\n")).hasPrefix("error reading .dockerignore: "))
    }

    @Test func anIgnoreFileBesideTheDockerfileCounts() throws {
        let context = try scratch.receive(
            [file("a/F"), file("a/F.dockerignore", "a\n"), file(".dockerignore", "")], dockerfile: "a/F")
        #expect(context.paths == [".dockerignore"])
        #expect(context.text == "FROM scratch\n")
    }

    /// Two names for one thing to two readers.
    @Test func theLastOfTwoFilesWithAPathCounts() throws {
        let context = try scratch.receive([file("Dockerfile", "FROM a\n"), file("./Dockerfile", "FROM b\n")])
        #expect(context.text == "FROM b\n")
        #expect(context.entries["Dockerfile"]?.digest == Digest.sha256(of: Array("FROM b\n".utf8)))
    }
}

/// What has led out of contexts elsewhere.
@Suite struct HostileContextTests {
    private let scratch = Folder()

    /// CVE-2014-6407, CVE-2014-9356, CVE-2018-15664: names and links of an archive.
    @Test func membersStayInside() throws {
        #expect(try scratch.refusal([file("Dockerfile"), file("../out", "evil")]).contains("outside of the root"))
        #expect(try scratch.refusal([file("Dockerfile"), file("a/../../out", "evil")]).contains("outside of the root"))
        #expect(
            try scratch.refusal([file("Dockerfile"), link("h", "../out", hard: true)]).contains("invalid hardlink"))
        #expect(
            try scratch.refusal([file("Dockerfile"), link("h", "/etc/passwd", hard: true)]).contains("invalid hardlink")
        )
        let context = try scratch.receive([file("Dockerfile"), file("/etc/x", "inside")])
        #expect(context.paths == ["Dockerfile", "etc", "etc/x"])
    }

    @Test func linksAreFollowedInsideOnly() throws {
        #expect(try scratch.refusal([file("Dockerfile"), link("l", "/tmp"), file("l/x", "evil")]) != "")
        let context = try scratch.receive([
            file("Dockerfile"), folder("real"), link("l", "../../../real"), file("l/x", "inside"),
        ])
        #expect(context.paths == ["Dockerfile", "l", "real", "real/x"])
    }

    /// CVE-2014-5277 and its like: a Dockerfile that is a link to a file of the host.
    @Test func aDockerfileIsNeverTheHosts() throws {
        for target in ["/etc/passwd", "../../../../../../etc/passwd", "/proc/self/environ"] {
            #expect(
                try scratch.refusal([link("Dockerfile", target)]) == "Cannot locate specified Dockerfile: Dockerfile")
        }
        #expect(
            try scratch.refusal([file("x")], dockerfile: "../../../etc/passwd")
                == "Cannot locate specified Dockerfile: ../../../etc/passwd")
        #expect(try scratch.receive([file("real"), link("Dockerfile", "/real")]).text == "FROM scratch\n")
    }

    @Test func anIgnoreFileIsNeverTheHosts() throws {
        let context = try scratch.receive([file("Dockerfile"), link(".dockerignore", "/etc/passwd")])
        #expect(context.paths == [".dockerignore", "Dockerfile"])
        // Taken away itself, not what it leads to.
        let linked = try scratch.receive([
            file("d/real", "Dockerfile\n"), file("x/f"), link("Dockerfile", "x/f"), link(".dockerignore", "d/real"),
        ])
        #expect(linked.paths == [".dockerignore", "d", "d/real", "x", "x/f"])
    }

    /// A pipe would be waited at for ever.
    @Test func nothingButAFileIsOpened() throws {
        let pipe = (TarEntry(kind: .fifo, name: Array("Dockerfile".utf8)), "")
        #expect(try scratch.refusal([pipe]) == "the Dockerfile (Dockerfile) is not a file")
        let context = try scratch.receive([file("Dockerfile"), (TarEntry(kind: .fifo, name: Array("p".utf8)), "")])
        #expect(context.entries["p"]?.kind == .fifo && context.entries["p"]?.digest == nil)
    }

    @Test func brokenArchivesAreRefused() throws {
        var bytes = try pack([file("Dockerfile"), file("x", String(repeating: "x", count: 2000))])
        bytes.removeLast(2000)
        #expect(throws: EngineError.self) { try scratch.receive(bytes) }
        #expect(throws: EngineError.self) { try scratch.receive([0x1f, 0x8b, 0x08, 0, 0, 0]) }
        #expect(throws: EngineError.self) { try scratch.receive([UInt8](repeating: 1, count: 2000)) }
    }
}
