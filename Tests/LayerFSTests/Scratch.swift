import LayerFS
import LinuxSystem
import TarCodec
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A directory of its own for a test, on a real disk unless the test says otherwise, removed at the end.
final class Scratch: Sendable {
    let path: String
    let fd: FDBox
    private let parent: FDBox
    private let name: RawPath

    init(in folder: String = "/var/tmp") throws {
        let text = "layerfs-test-\(UInt64.random(in: 0 ... .max))"
        (path, name) = ("\(folder)/\(text)", RawPath(text))
        parent = FDBox(try FD.open(at: RawPath(folder), [.directory]))
        try parent.fd.makeDirectory(name, mode: 0o755)
        fd = FDBox(try FD.open(at: RawPath(path), [.directory]))
    }

    deinit {
        try? fd.fd.removeContents()
        try? parent.fd.removeDirectory(name)
    }

    func directory(_ name: String) throws -> FDBox {
        try fd.fd.makeDirectory(RawPath(name), mode: 0o755)
        return FDBox(try fd.fd.open(RawPath(name), [.directory]))
    }

    func content(_ name: String) throws -> String {
        let file = try fd.fd.open(RawPath(name), .readOnly, resolve: [.beneath, .noSymbolicLinks])
        return String(decoding: try file.readAll(), as: UTF8.self)
    }

    /// All names below a folder, sorted, directories with a slash.
    func tree(_ box: FDBox? = nil, _ prefix: String = "") throws -> [String] {
        let directory = try (box ?? fd).fd.open(".", [.directory])
        var result: [String] = []
        for entry in try directory.entries().sorted(by: { $0.name < $1.name }) {
            let name = prefix + entry.name.string
            guard entry.kind == .directory else {
                result.append(name)
                continue
            }
            result.append(name + "/")
            result += try tree(FDBox(try directory.open(entry.name, [.directory])), name + "/")
        }
        return result
    }
}

/// Unpacking sets owners and makes devices: these suites run as root, and say so where they can't.
let isRoot = geteuid() == 0
let mustRunAll = getenv("REQUIRE_ALL") != nil

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A whole archive of entries with contents.
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

func file(_ name: String, _ content: String = "", mode: UInt32 = 0o644) -> (TarEntry, String) {
    (TarEntry(kind: .file, name: bytes(name), mode: mode, modified: TarTime(seconds: 1_000_000_000)), content)
}

func folder(_ name: String, mode: UInt32 = 0o755) -> (TarEntry, String) {
    (TarEntry(kind: .directory, name: bytes(name), mode: mode, modified: TarTime(seconds: 1_000_000_000)), "")
}

func link(_ name: String, _ target: String, hard: Bool = false) -> (TarEntry, String) {
    (TarEntry(kind: hard ? .hardLink : .symbolicLink, name: bytes(name), linkName: bytes(target), mode: 0o777), "")
}

@discardableResult
func unpack(
    _ files: [(TarEntry, String)], into root: FDBox, mode: UnpackMode = .plain
) throws -> LayerApplied {
    try LayerArchive.unpack(
        MemorySource(try pack(files), chunk: 1000), into: root.fd, options: UnpackOptions(mode: mode))
}

/// Names of an archive's entries, in its order.
func names(_ archive: [UInt8]) throws -> [String] {
    var reader = TarReader()
    var names: [String] = []
    try archive.withUnsafeBytes { raw in
        var rest = raw
        while true {
            let (used, event) = try reader.step(rest)
            if case .entry(let entry) = event { names.append(entry.displayName) }
            rest = UnsafeRawBufferPointer(rebasing: rest[used...])
            if event == nil { return }
        }
    }
    return names
}
