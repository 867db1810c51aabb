import Foundation
import HostSystem
import TarCodec
import Testing

@testable import DockerCLI

/// A folder that goes away with the test.
private final class Scratch {
    let path = NSTemporaryDirectory() + "copy-" + UUID().uuidString

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
    func write(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(
            atPath: (self(name) as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
    }
    func read(_ name: String) throws -> String { try String(contentsOfFile: self(name), encoding: .utf8) }
    func names(_ name: String) -> [String] { FileManager.default.subpaths(atPath: self(name))?.sorted() ?? [] }
}

private final class Collected: ArchiveSink {
    var bytes: [UInt8] = []
    func write(_ bytes: [UInt8]) { self.bytes += bytes }
    func write(from file: Descriptor, count: Int64) throws -> Int64 {
        let piece = try file.read(limit: Int(count))
        bytes += piece
        return Int64(piece.count)
    }
}

@Suite struct LocalCopyTests {
    private func plan(_ folder: String, _ renaming: (String, String)? = nil) throws -> CopyPlan {
        var plan = try CopyPlan(
            CopySource(path: "/d", isFolder: true, newName: nil), to: CopyTarget(path: folder, isFolder: true))
        plan.renaming = renaming.map { (from: $0.0, to: $0.1) }
        return plan
    }

    private func archive(_ entries: [(TarEntry, String)]) throws -> [UInt8] {
        var result: [UInt8] = []
        for (entry, content) in entries {
            var entry = entry
            if entry.kind == .file { entry.size = Int64(content.utf8.count) }
            result += try TarWriter.header(for: entry) + content.utf8
            result += [UInt8](repeating: 0, count: TarWriter.padding(after: entry.size))
        }
        return result + TarWriter.end
    }

    private func entry(_ kind: TarEntry.Kind, _ name: String, link: String = "", mode: UInt32 = 0o644) -> TarEntry {
        TarEntry(kind: kind, name: Array(name.utf8), linkName: Array(link.utf8), mode: mode)
    }

    private func unpack(_ archive: [UInt8], _ plan: CopyPlan) throws {
        let unpacker = try LocalUnpacker(plan)
        var rest = archive[...]
        while !rest.isEmpty {
            try unpacker.take(Array(rest.prefix(700)))
            rest = rest.dropFirst(700)
        }
        try unpacker.finish()
    }

    @Test func whatWasPackedIsUnpacked() throws {
        let scratch = try Scratch()
        try scratch.write("from/tree/a", "1")
        try scratch.write("from/tree/b/c", String(repeating: "x", count: 100_000))
        try FileManager.default.linkItem(atPath: scratch("from/tree/a"), toPath: scratch("from/tree/hard"))
        try FileManager.default.createSymbolicLink(
            atPath: scratch("from/tree/link"), withDestinationPath: "/etc/none")
        try FileManager.default.createDirectory(atPath: scratch("to"), withIntermediateDirectories: true)
        let collected = Collected()
        var packer = LocalPacker(collected)
        try packer.pack(scratch("from/tree"), as: "new")
        try unpack(collected.bytes, plan(scratch("to")))
        #expect(scratch.names("to") == ["new", "new/a", "new/b", "new/b/c", "new/hard", "new/link"])
        #expect(try scratch.read("to/new/b/c").utf8.count == 100_000)
        #expect(
            try LocalPath.facts(scratch("to/new/a"))?.inode == LocalPath.facts(scratch("to/new/hard"))?.inode)
        #expect(try LocalPath.linkTarget(scratch("to/new/link")) == "/etc/none")
    }

    @Test func contentsAreNamedAfterTheFolderTheyGoTo() throws {
        let scratch = try Scratch()
        try scratch.write("from/a", "1")
        let collected = Collected()
        var packer = LocalPacker(collected)
        try packer.pack(scratch("from/."), as: ".")
        try unpack(collected.bytes, plan(scratch.path, (".", "made")))
        #expect(scratch.names("made") == ["a"])
    }

    @Test func nothingLeadsOutOfTheFolder() throws {
        let scratch = try Scratch()
        try scratch.write("outside/file", "mine")
        try FileManager.default.createDirectory(atPath: scratch("in"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: scratch("in/there"), withDestinationPath: scratch("outside"))
        let hostile: [[(TarEntry, String)]] = [
            [(entry(.file, "../outside/file"), "evil")], [(entry(.file, "a/../../outside/file"), "evil")],
            [(entry(.symbolicLink, "l", link: "../outside"), ""), (entry(.file, "l/file"), "evil")],
            [(entry(.file, "there/file"), "evil")],
            [(entry(.hardLink, "h", link: "../outside/file"), "")],
            [(entry(.directory, "there"), "")],
        ]
        for entries in hostile {
            #expect(throws: (any Error).self) { try unpack(archive(entries), plan(scratch("in"))) }
        }
        #expect(try scratch.read("outside/file") == "mine")
        #expect(scratch.names("outside") == ["file"])
    }

    @Test func kindsAreKept() throws {
        let scratch = try Scratch()
        try scratch.write("d/f", "1")
        for (entries, words) in [
            ([(entry(.file, "d"), "x")], "cannot overwrite directory"),
            ([(entry(.directory, "d/f"), "")], "cannot overwrite non-directory"),
        ] {
            #expect {
                try unpack(archive(entries), plan(scratch.path))
            } throws: {
                ($0 as? CommandFailure)?.message.hasPrefix(words) == true
            }
        }
        try unpack(archive([(entry(.file, "d/f", mode: 0o600), "22")]), plan(scratch.path))
        #expect(try scratch.read("d/f") == "22")
    }

    @Test func anArchiveThatEndsEarlyIsAnError() throws {
        let scratch = try Scratch()
        let whole = try archive([(entry(.file, "f"), String(repeating: "x", count: 5000))])
        #expect(throws: CommandFailure.self) { try unpack(Array(whole[..<3000]), plan(scratch.path)) }
    }
}
