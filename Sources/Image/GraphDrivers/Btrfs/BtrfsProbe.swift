import LinuxSystem
import Primitives

/// Can btrfs be used here?
enum BtrfsProbe {
    static let missingText = "prerequisites for driver not satisfied (wrong filesystem?)"

    /// Of the folder, or of what it would be made in: nothing is left where the answer is no.
    static func checkFileSystem(_ path: String) throws {
        guard BackingFileSystem.name(try BackingFileSystem.type(of: path)) == "btrfs" else {
            throw EngineError(.notImplemented, missingText)
        }
    }

    /// Makes a subvolume, a snapshot, and removes both.
    static func run(in folders: LayerFolders) throws {
        let name = RawPath(".probe-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
        try folders.root.fd.makeDirectory(name, mode: 0o700)
        defer { try? folders.root.fd.removeTree(name) }
        let folder = try folders.root.fd.open(name, [.directory])
        do {
            try folder.makeSubvolume("a")
            try folder.makeSnapshot("b", of: try folder.open("a", [.directory]))
            for name in ["a", "b"] { try folder.removeSubvolume(RawPath(name)) }
        } catch {
            throw EngineError(.notImplemented, "'btrfs' cannot be used here: \(error)", cause: error)
        }
    }
}
