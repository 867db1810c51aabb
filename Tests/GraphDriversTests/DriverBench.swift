import GraphDrivers
import LayerFS
import LinuxSystem
import Primitives
import TarCodec
import Testing

#if canImport(Glibc)
import Glibc
#endif

let isRoot = geteuid() == 0
let mustRunAll = getenv("REQUIRE_ALL") != nil

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A driver on an empty folder of a real disk, or of a file system that the driver needs; removed at the end.
final class DriverBench: Sendable {
    let root: String
    let driver: any GraphDriver
    private let disk: LoopDisk?

    init(_ name: String) throws {
        disk = name == "btrfs" ? try LoopDisk("mkfs.btrfs -q") : nil
        root = disk?.path ?? "/var/tmp/graph-test-\(UInt64.random(in: 0 ... .max))"
        driver = try chooseDriver(named: name, root: root).driver
    }

    deinit { try? FD.open(at: "/var/tmp", [.directory]).removeTree(RawPath(String(root.dropFirst(9)))) }

    func reopened() throws -> any GraphDriver { try chooseDriver(named: driver.name, root: root).driver }

    /// The layer as a container would see it.
    func view(_ id: String) throws -> FDBox {
        let mount = try #require(driver.mounts(id: id).first)
        if mount.type == "bind" {
            let attributes: MountAttributes = mount.options.contains("ro") ? .readOnly : []
            return FDBox(try DetachedMount.clone(mount.source, recursive: true, attributes: attributes))
        }
        return FDBox(try DetachedMount.make(type: mount.type, source: mount.source, options: mount.options))
    }

    /// `name=content` of all files, directories with a slash, links with an arrow, sorted.
    func tree(_ id: String) throws -> [String] { try list(FDBox(try view(id).fd.open(".", [.directory])), "") }

    private func list(_ directory: FDBox, _ prefix: String) throws -> [String] {
        var result: [String] = []
        for entry in try directory.fd.entries().sorted(by: { $0.name < $1.name }) {
            let name = prefix + entry.name.string
            switch entry.kind {
            case .directory:
                result.append(name + "/")
                result += try list(FDBox(try directory.fd.open(entry.name, [.directory, .noFollow])), name + "/")
            case .symbolicLink: result.append("\(name)->\(try directory.fd.readLink(entry.name))")
            case .regular:
                let content = try directory.fd.open(entry.name, .readOnly).readAll()
                result.append("\(name)=\(String(decoding: content, as: UTF8.self))")
            default: result.append(name)
            }
        }
        return result
    }

    func apply(_ id: String, on parent: String?, _ files: [(TarEntry, String)]) throws {
        _ = try driver.applyDiff(id: id, parent: parent, from: MemorySource(try pack(files)))
    }

    func diff(_ id: String, _ parent: String?) throws -> [UInt8] {
        let sink = MemorySink()
        try driver.diff(id: id, parent: parent, to: sink)
        return sink.bytes
    }

    func changes(_ id: String, _ parent: String?) throws -> [String] {
        try driver.changes(id: id, parent: parent, without: []).map { "\($0.letter) \($0.path)" }
    }

    /// What the driver keeps on disk when all that was removed is gone: folders of layers and what a crash would leave.
    func folders() throws -> [String] {
        driver.emptyTrash()
        return try FD.open(at: RawPath("\(root)/\(driver.name)"), [.directory]).entries().map(\.name.string).sorted()
    }
}

func pack(_ files: [(TarEntry, String)]) throws -> [UInt8] {
    var result: [UInt8] = []
    for (entry, content) in files {
        var entry = entry
        if entry.kind == .file { entry.size = Int64(content.utf8.count) }
        result += try TarWriter.header(for: entry)
        result += content.utf8
        result += [UInt8](repeating: 0, count: TarWriter.padding(after: Int64(content.utf8.count)))
    }
    return result + TarWriter.end
}

let then = TarTime(seconds: 1_000_000_000, nanoseconds: 1)

func file(_ name: String, _ content: String = "") -> (TarEntry, String) {
    (TarEntry(kind: .file, name: bytes(name), modified: then), content)
}

func folder(_ name: String, mode: UInt32 = 0o755) -> (TarEntry, String) {
    (TarEntry(kind: .directory, name: bytes(name), mode: mode, modified: then), "")
}

func link(_ name: String, _ target: String, hard: Bool = false) -> (TarEntry, String) {
    let kind: TarEntry.Kind = hard ? .hardLink : .symbolicLink
    return (TarEntry(kind: kind, name: bytes(name), linkName: bytes(target), mode: 0o777, modified: then), "")
}

extension FD {
    borrowing func put(_ name: String, _ content: String) throws {
        let file = try open(RawPath(name), [.writeOnly, .create, .truncate], mode: 0o644)
        try file.writeAll(bytes(content))
    }
}
