import LayerFS
import LinuxSystem

/// A layer being made: its own folder, and the one in it that holds the files.
struct LayerRoots {
    var folder: FDBox
    var tree: FDBox
    var trash: LayerTrash

    /// Unpacks, and keeps how to pack the same archive again where that is possible.
    func apply(_ source: any ByteSource, _ mode: UnpackMode) throws -> LayerApplied {
        let recipe = FDSink(try folder.fd.open("recipe", [.writeOnly, .create, .exclusive], mode: 0o600))
        var options = UnpackOptions(mode: mode)
        options.room = trash.room
        let applied = try LayerArchive.unpack(source, into: tree.fd, options: options, recipe: recipe)
        if !applied.isRepeatable { try folder.fd.unlink("recipe") }
        return applied
    }
}

extension LayerFolders {
    /// Nil for a layer that did not come as a tar, or whose tar cannot be made again.
    func recipe(_ id: String) throws -> FDSource? {
        _ = try kind(id)
        do {
            return FDSource(try root.fd.open(RawPath(id).appending("recipe"), [.readOnly, .noFollow]))
        } catch {
            if error.errno == 2 { return nil }
            throw error
        }
    }
}
