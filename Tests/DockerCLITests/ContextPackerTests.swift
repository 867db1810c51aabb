import Glibc
import HostSystem
import Primitives
import TarCodec
import Testing

@testable import DockerCLI

/// A folder of a test's own.
final class ContextFolder: Sendable {
    let path = "/var/tmp/build-context-\(UInt64.random(in: 0 ... .max))"

    init(_ files: [String: String] = [:]) throws {
        try Disk.makeFolders(path)
        for (name, content) in files { try write(name, content) }
    }

    deinit { try? Disk.removeTree(path) }

    func write(_ name: String, _ content: String) throws {
        try Disk.makeFolders(Disk.parent(of: "\(path)/\(name)"))
        let file = try Connection.newFile("\(path)/\(name)")
        defer { file.closeNow() }
        try file.write(content)
    }

    func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }
}

struct PackedFile: Equatable {
    var entry: TarEntry
    var content: String
}

func unpacked(_ archive: [UInt8]) throws -> [PackedFile] {
    var (files, reader, rest) = ([PackedFile](), TarReader(), archive[...])
    while true {
        let (used, event) = try Array(rest).withUnsafeBytes { try reader.step($0) }
        switch event {
        case .entry(let entry): files.append(PackedFile(entry: entry, content: ""))
        case .data(_, let count): files[files.count - 1].content += String(decoding: rest.prefix(count), as: UTF8.self)
        case .entryEnd, .archiveEnd: break
        case nil:
            try reader.finish()
            return files
        }
        rest = rest.dropFirst(used)
    }
}

@Suite struct ContextPackerTests {
    private func context(_ folder: ContextFolder, file: String = "") throws -> LocalContext {
        try LocalContext(folder.path, file: file, input: .input)
    }

    private func packed(_ context: LocalContext) throws -> [PackedFile] {
        var bytes: [UInt8] = []
        var packer = ContextPacker { bytes += $0 }
        try packer.pack(context)
        return try unpacked(bytes)
    }

    private func names(_ folder: ContextFolder, file: String = "") throws -> [String] {
        try packed(context(folder, file: file)).map { $0.entry.displayName }
    }

    @Test func filesComeInOrderAsRoots() throws {
        let folder = try ContextFolder(["Dockerfile": "FROM scratch", "b/z": "1", "b/a": "2", "a": "3"])
        chmod("\(folder.path)/a", 0o4711)
        let files = try packed(context(folder))
        #expect(files.map { $0.entry.displayName } == ["Dockerfile", "a", "b/", "b/a", "b/z"])
        #expect(files.allSatisfy { $0.entry.uid == 0 && $0.entry.gid == 0 && $0.entry.modified.nanoseconds == 0 })
        #expect(files[1].entry.mode == 0o4711 && files[1].content == "3")
    }

    /// One block for the header, one for the content, two for the end: what Docker shows as 2.048kB.
    @Test func aDockerfileAloneIsTwoThousandBytes() throws {
        let folder = try ContextFolder(["Dockerfile": "FROM scratch"])
        var bytes: [UInt8] = []
        var packer = ContextPacker { bytes += $0 }
        try packer.pack(context(folder))
        #expect(bytes.count == 2048)
    }

    struct Rules: Sendable {
        var ignore: String
        var names: [String]
    }

    static let rules = [
        Rules(ignore: "", names: [".dockerignore", "Dockerfile", "a/", "a/b/", "a/b/x", "a/x", "c.md", "x"]),
        Rules(ignore: "x\n*.md", names: [".dockerignore", "Dockerfile", "a/", "a/b/", "a/b/x", "a/x"]),
        Rules(ignore: "**/x", names: [".dockerignore", "Dockerfile", "a/", "a/b/", "c.md"]),
        Rules(ignore: "a\n!a/b", names: [".dockerignore", "Dockerfile", "a/", "a/b/", "a/b/x", "c.md", "x"]),
        Rules(ignore: "*", names: [".dockerignore", "Dockerfile"]),
        Rules(ignore: "*\n!x\n!a/b/x", names: [".dockerignore", "Dockerfile", "a/", "a/b/", "a/b/x", "x"]),
        Rules(ignore: "a\n!a/none", names: [".dockerignore", "Dockerfile", "c.md", "x"]),
        Rules(ignore: "# x\nDockerfile\n.dockerignore\na", names: [".dockerignore", "Dockerfile", "c.md", "x"]),
    ]

    @Test(arguments: rules) func whatIsLeftOutIsNotSent(_ rules: Rules) throws {
        let folder = try ContextFolder([
            "Dockerfile": "FROM scratch", "x": "", "a/x": "", "a/b/x": "", "c.md": "", ".dockerignore": rules.ignore,
        ])
        #expect(try names(folder) == rules.names)
    }

    @Test func aDockerfileHasItsOwnRules() throws {
        let folder = try ContextFolder([
            "d/F": "FROM scratch", "d/F.dockerignore": "d\ny", "x": "", "y": "", ".dockerignore": "x",
        ])
        let file = "\(folder.path)/d/F"
        #expect(try names(folder, file: file) == [".dockerignore", "d/F", "d/F.dockerignore", "x"])
        #expect(try context(folder, file: file).dockerfile == "d/F")
    }

    @Test func aDockerfileFromElsewhereIsAdded() throws {
        let (folder, other) = (try ContextFolder(["x": ""]), try ContextFolder(["F": "FROM scratch"]))
        let context = try context(folder, file: "\(other.path)/F")
        let files = try packed(context)
        #expect(context.dockerfile.hasPrefix(".dockerfile."))
        let name = context.dockerfile
        #expect(files.map { $0.entry.displayName } == [name, name + ".dockerignore", "x"])
        #expect(files[0].content == "FROM scratch" && files[1].content == "\(name)\n\(name).dockerignore\n")
        #expect(try self.context(folder, file: "\(other.path)/F").dockerfile == name)
    }

    @Test func linksAreSentAndNotFollowed() throws {
        let (folder, other) = (try ContextFolder(["Dockerfile": ""]), try ContextFolder(["secret/x": "secret"]))
        folder.link("out", to: "\(other.path)/secret")
        folder.link("up", to: "../../etc")
        let files = try packed(context(folder))
        #expect(files.map { $0.entry.displayName } == ["Dockerfile", "out", "up"])
        #expect(files[1].entry.kind == .symbolicLink && files[1].entry.displayLinkName == "\(other.path)/secret")
        #expect(files.allSatisfy { !$0.content.contains("secret") })
    }

    @Test func aDockerfileThatLeadsOutOfItsContextIsRefused() throws {
        let (folder, other) = (try ContextFolder(), try ContextFolder(["F": "FROM scratch"]))
        folder.link("Dockerfile", to: "\(other.path)/F")
        #expect(throws: CommandFailure.self) { try context(folder) }
        try folder.write("real", "FROM scratch")
        folder.link("inside", to: "real")
        #expect(try context(folder, file: "\(folder.path)/inside").dockerfile == "real")
    }

    @Test func fileSystemsOddities() throws {
        let folder = try ContextFolder(["Dockerfile": "", "a": "content"])
        link("\(folder.path)/a", "\(folder.path)/b")
        mkfifo("\(folder.path)/pipe", 0o600)
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder.path)/socket".utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        truncate("\(folder.path)/Dockerfile", 3000)
        let files = try packed(context(folder))
        #expect(files.map { $0.entry.displayName } == ["Dockerfile", "a", "b", "pipe"])
        #expect(files[2].entry.kind == .hardLink && files[2].entry.displayLinkName == "a")
        #expect(files[3].entry.kind == .fifo)
        #expect(files[0].content.utf8.count == 3000)
    }
}
