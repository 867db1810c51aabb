internal import GraphDrivers
internal import ImageModel
internal import LayerFS
internal import LinuxSystem
public import Primitives

extension ImageStore {
    /// The top layer of an image that was built here, on another one, by a step of this text; the newest image counts. It is
    /// held: see `letGo`. `trusted`: images that count instead of those that were built here.
    public func layer(
        madeBy step: String, for platform: Platform, trusted: Set<Digest>?
    ) throws(EngineError) -> CapturedLayer? {
        try change { table in
            let found = table.images.filter { id, row in
                guard trusted?.contains(id) ?? row.isBuiltHere, let last = row.config.history.last else { return false }
                return last.createdBy == step && !last.isEmptyLayer && row.config.platform == platform
            }
            let newest = found.max {
                ($0.value.config.created ?? .zero, $0.key) < ($1.value.config.created ?? .zero, $1.key)
            }
            guard let chainID = newest?.value.chainIDs.last, let row = table.layers[chainID] else { return nil }
            pins.add(chainID)
            return CapturedLayer(diffID: row.diffID, chainID: chainID, size: row.size)
        }
    }

    /// The same layer on top of an image, nil being nothing. It is held, as the given one has to be. Files are shared between
    /// the two where the driver can. Errors: `notFound` for the image, `badParameter` for a stack too deep.
    public func place(_ layer: CapturedLayer, on image: Digest?) throws(EngineError) -> CapturedLayer {
        let base = try image.map { id throws(EngineError) in try pinned(id) }
        defer { release(base?.chainIDs ?? []) }
        let below = base?.chainIDs.last
        let chainID = ChainID.next(layer.diffID, on: below)
        let placed = CapturedLayer(diffID: layer.diffID, chainID: chainID, size: layer.size)
        if try pinLayer(chainID) { return placed }
        guard let row = table.layers[layer.chainID] else {
            throw EngineError(.notFound, "layer \(layer.chainID) does not exist")
        }
        _ = try makeLayer(on: below, expecting: layer.diffID, pulled: row.pulled) { id in
            try copy(row, as: id, parent: below.flatMap { table.layers[$0]?.driverID })
        }
        return placed
    }

    private func copy(_ row: ImageTable.LayerRow, as id: String, parent: String?) throws -> LayerApplied {
        if try driver.share(row.driverID, as: id, parent: parent) {
            return LayerApplied(diffID: row.diffID, size: row.size, tarSize: row.tarSize, entries: 0)
        }
        let path = folder.newTemporaryPath()
        defer { try? HostFile.remove(path) }
        try writeTar(
            of: row, to: FDSink(try FD.open(at: RawPath(path), [.writeOnly, .create, .exclusive], mode: 0o600)))
        return try driver.applyDiff(id: id, parent: parent, from: FDSource(try FD.open(at: RawPath(path), .readOnly)))
    }
}
