internal import GraphDrivers
internal import ImageModel
internal import LayerFS
internal import LinuxSystem
internal import Primitives

extension ImageStore {
    /// Driver ids of image layers begin so; those of containers are the container's id.
    static let layerPrefix = "l-"

    /// The layer `diffID` on top of `parent` if it is here; it is then pinned.
    func pinLayer(_ chainID: Digest) throws(EngineError) -> Bool {
        // Under the writers' lock, so that no removal is half-way through it.
        try change { table in
            guard table.layers[chainID] != nil else { return false }
            pins.add(chainID)
            return true
        }
    }

    /// Unpacks a layer tar (compressed or not) on top of `parent` and pins the result. The parent has to be pinned.
    /// Errors: `badParameter` when the tar is not the expected one.
    func unpackLayer(
        from source: any ByteSource, on parent: Digest?, expecting expected: Digest?
    ) throws(EngineError) -> ImageTable.LayerRow {
        let below = parent.flatMap { table.layers[$0]?.driverID }
        return try makeLayer(on: parent, expecting: expected) { id in
            try driver.applyDiff(id: id, parent: below, from: source)
        }
    }

    /// Makes a layer on top of `parent` and pins it. `fill` makes the driver's, under the id that it is given. `pulled`: bytes
    /// that are kept for the same layer elsewhere.
    func makeLayer(
        on parent: Digest?, expecting expected: Digest? = nil, pulled: Digest? = nil,
        _ fill: (_ id: String) throws -> LayerApplied
    ) throws(EngineError) -> ImageTable.LayerRow {
        let driverID = Self.layerPrefix + ContainerID.random().description.prefix(32)
        do {
            var row = try self.row(for: try fill(driverID), driverID, on: parent, expecting: expected)
            row.pulled = pulled
            let kept = try change { [row] table in
                let kept = table.layers[row.chainID] ?? row
                if kept.driverID == driverID { table.put(layer: row) }
                pins.add(row.chainID)
                return kept
            }
            // Otherwise somebody else made the same layer before, or at the same time.
            if kept.driverID == driverID { sync(layers: [row.chainID]) } else { discard(driverID) }
            return kept
        } catch {
            discard(driverID)
            throw storeError(error)
        }
    }

    private func row(
        for applied: LayerApplied, _ driverID: String, on parent: Digest?, expecting expected: Digest?
    ) throws(EngineError) -> ImageTable.LayerRow {
        let diffID = applied.diffID
        if let expected, expected != diffID {
            throw EngineError(.badParameter, "invalid diffID for layer: expected \"\(expected)\", got \"\(diffID)\"")
        }
        return ImageTable.LayerRow(
            chainID: ChainID.next(diffID, on: parent), parent: parent, diffID: diffID, driverID: driverID,
            size: applied.size, tarSize: applied.tarSize, unsyncedBoot: boot)
    }

    /// Lets go of pinned stacks and removes those that nothing else uses.
    func release(_ chainIDs: [Digest]) {
        for chainID in chainIDs { pins.remove(chainID) }
        let orphans = try? change(isDurable: false) { table in
            chainIDs.reversed().flatMap { collect(from: $0, in: &table) }
        }
        discard(orphans ?? [])
    }

    /// Takes out of the table the stack `chainID` and those below it, as far as they are unused.
    func collect(from chainID: Digest?, in table: inout ImageTable) -> [ImageTable.LayerRow] {
        var removed: [ImageTable.LayerRow] = []
        var current = chainID
        while let id = current, let row = table.layers[id], !table.isUsed(id), !pins.holds(id) {
            table.removeLayer(id)
            removed.append(row)
            current = row.parent
        }
        return removed
    }

    /// Deletes the files of layers that are out of the table, top first. What fails is tried again at the next start.
    func discard(_ rows: [ImageTable.LayerRow]) {
        for row in rows { discard(row.driverID) }
        removePulled(of: rows)
        if !rows.isEmpty { forgetTheUnforgotten() }
    }

    private func discard(_ driverID: String) { try? driver.remove(id: driverID) }
}
