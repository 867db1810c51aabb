internal import GraphDrivers
internal import ImageModel
public import LayerFS
internal import LinuxSystem
public import Primitives

// The compressed bytes that a layer was pulled as lie beside it, so that a push to any registry sends the very same: what
// another program has packed, nobody can pack again. The layer's row says that they were kept, and they go with the last row
// that does. They may be gone before, as they are given up for room on a full disk, or damaged, as nothing waits until they
// are on disk: then the layer is packed. A layer that came as a plain tar needs none of this; its files give the same tar.

extension ImageStore {
    /// Keeps what a layer that is held was unpacked from. Without it the layer is packed at a push, so a failure is none.
    func keep(_ spool: BlobSpool, for chainID: Digest) {
        // Under the writers' lock, so that nobody takes the file for one that has lost its last layer.
        try? change(isDurable: false) { table in
            guard spool.isWhole, var row = table.layers[chainID], row.pulled == nil else { return }
            try spool.move(to: folder.pulled(spool.digest))
            row.pulled = spool.digest
            table.put(layer: row)
        }
    }

    /// Takes away what belonged to these layers, which are out of the table, and to no other. The files go behind the answer;
    /// those that are left when the engine ends, the next start deletes.
    func removePulled(of rows: [ImageTable.LayerRow]) {
        let digests = Set(rows.compactMap(\.pulled))
        guard !digests.isEmpty else { return }
        // Under the writers' lock: the same layer may just have come back.
        let unused = try? change { table in
            let used = Set(table.layers.values.compactMap(\.pulled))
            return try digests.subtracting(used).map { digest in
                let path = folder.newTemporaryPath()
                if HostFile.exists(folder.pulled(digest)) { try HostFile.rename(folder.pulled(digest), to: path) }
                return path
            }
        }
        guard let unused, !unused.isEmpty else { return }
        let remove: @Sendable () -> Void = { for path in unused { try? HostFile.remove(path) } }
        // It gives way to nobody: they are few files, and their room may be wanted.
        if !PlatformThread.detach(remove) { remove() }
    }

    /// Whether a layer can be sent under this digest: it is here as it came, or that is the digest of its tar.
    public func canWrite(_ layer: PackableLayer, as blob: RemoteBlob) -> Bool {
        if blob.digest == layer.diffID { return true }
        guard layer.pulled.contains(blob.digest) else { return false }
        return (try? HostFile.status(folder.pulled(blob.digest)).size) == blob.size
    }

    /// Writes a layer for a registry: as it came (see `canWrite`), or packed where `blob` is nil. `note` hears how much was
    /// read of what is written, or of the tar that is packed. Errors: `internal` when that is not what it should be any more;
    /// what was pulled is removed then.
    public func write(
        _ layer: PackableLayer, as blob: RemoteBlob?, to output: any ByteSink,
        note: @escaping @Sendable (Int64) -> Void
    ) throws(EngineError) -> RemoteBlob {
        guard let blob else { return try pack(layer, to: output, note: note) }
        do {
            let sink = CountingSink(output, note)
            if blob.digest == layer.diffID {
                try writeTar(of: row(of: layer), to: sink)
            } else {
                try writePulled(blob, to: sink)
            }
            return blob
        } catch {
            throw storeError(error)
        }
    }

    private func writePulled(_ blob: RemoteBlob, to output: any ByteSink) throws {
        let path = folder.pulled(blob.digest)
        let source = FDSource(try HostFile.openForReading(path))
        let sink = HashingSink(output)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { piece.deallocate() }
        // What can't be read ends it early, and so it is not what the digest names.
        while case let count = (try? source.read(into: piece)) ?? 0, count > 0 {
            try sink.write(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
        guard sink.count == blob.size, sink.hex == blob.digest.hex else {
            try HostFile.remove(path)
            throw EngineError(.internal, "blob \(blob.digest) has changed on disk")
        }
    }
}

extension StoreFolder {
    /// Gives up all pulled bytes, for room. The layers' rows are left as they are: on a full disk nothing is written.
    func dropPulled() {
        for name in (try? HostDirectory.entries(pulled)) ?? [] { try? HostFile.remove("\(pulled)/\(name)") }
    }
}
