internal import GraphDrivers
internal import LayerFS
internal import LinuxSystem
internal import Primitives

extension ImageStore {
    /// Writes the uncompressed tar of a layer: the bytes that its diff id names.
    func writeTar(of row: ImageTable.LayerRow, to sink: any ByteSink) throws {
        let root = try openTree(row.driverID)
        let assembler = try TarSplitAssembler(
            recordPath: folder.split(row.driverID), root: root, sink: sink)
        try assembler.write(expecting: row.diffID)
    }

    /// The tree of a layer with all below it, for reading. Overlay mounts need no place in the tree of files.
    private func openTree(_ driverID: String) throws -> FD {
        guard let mount = try driver.mounts(id: driverID).last else {
            throw EngineError(.internal, "layer \(driverID) has no mounts")
        }
        guard mount.type != "bind" else { return try FD.open(at: RawPath(mount.source), [.directory]) }
        return try DetachedMount.make(type: mount.type, source: mount.source, options: mount.options)
    }
}
