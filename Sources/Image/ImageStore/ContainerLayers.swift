internal import GraphDrivers
public import LayerFS
public import LinuxSystem
public import Primitives
internal import Synchronization

extension ImageStore {
    /// Makes the writable layer of a container on top of an image. Errors: `notFound` for the image, `badParameter` for one of
    /// the driver's `options` (`--storage-opt`). `isDurable`: a loss of power will not undo it.
    public func createContainerLayer(
        id: String, image: Digest, options: [String: String] = [:], isDurable: Bool = false
    ) throws(EngineError) {
        try createContainerLayer(id, options, isDurable: isDurable) { table throws(EngineError) in
            guard let row = table.images[image] else { throw EngineError(.notFound, "No such image: \(image)") }
            return row.chainIDs.last
        }
    }

    /// The same on a stack of layers that is no image (yet), or on nothing. Errors: `notFound` for the stack.
    public func createContainerLayer(
        id: String, on chainID: Digest?, isDurable: Bool = false
    ) throws(EngineError) {
        try createContainerLayer(id, [:], isDurable: isDurable) { table throws(EngineError) in
            if let chainID, table.layers[chainID] == nil {
                throw EngineError(.notFound, "layer \(chainID) does not exist")
            }
            return chainID
        }
    }

    private func createContainerLayer(
        _ id: String, _ options: [String: String], isDurable: Bool,
        _ stack: (ImageTable) throws(EngineError) -> Digest?
    ) throws(EngineError) {
        let (chainID, parent) = try change(isDurable: isDurable) { table in
            let chainID = try stack(table)
            guard table.containers[id] == nil else {
                throw EngineError(.conflict, "container layer \(id) exists already")
            }
            // The row comes first: it keeps the image's layers where they are.
            table.put(container: id, on: chainID)
            return (chainID, chainID.flatMap { table.layers[$0]?.driverID })
        }
        do {
            try driver.createWritable(id: id, parent: parent, options: options)
            // From here on what is there under this id is ours to take back.
            if isDurable { try syncOrRemove(id) }
        } catch {
            try? forgetContainer(id, above: chainID)
            throw storeError(error)
        }
    }

    private func syncOrRemove(_ id: String) throws {
        do { try driver.sync(id: id) } catch {
            try? driver.remove(id: id)
            throw error
        }
    }

    /// What to mount, in order, to see the container's files.
    public func mounts(containerLayer id: String) throws(EngineError) -> [Mount] {
        try known(id) { _ in try driver.mounts(id: id) }
    }

    /// What to mount to see an image's files, read-only; nothing for an image without layers.
    public func mounts(of image: Image) throws(EngineError) -> [Mount] {
        guard let top = image.layers.last else { return [] }
        do { return try driver.mounts(id: top) } catch { throw storeError(error) }
    }

    /// Removes the writable layer, and image layers that were kept only for it. An unknown one is fine.
    public func removeContainerLayer(id: String) throws(EngineError) {
        let chainID = table.containers[id] ?? nil
        do { try driver.remove(id: id) } catch { throw storeError(error) }
        try forgetContainer(id, above: chainID)
    }

    /// `docker diff`: sorted by path, without some absolute paths and what came of making them.
    public func changes(
        containerLayer id: String, without unseen: Set<String> = []
    ) throws(EngineError) -> [Change] {
        try known(id) { try driver.changes(id: id, parent: $0, without: unseen) }
    }

    /// `docker export`: a tar of all files that the container sees in its layer and those below.
    public func export(containerLayer id: String, to output: borrowing FD) throws(EngineError) {
        let sink: FDSink
        do { sink = FDSink(try output.duplicate()) } catch { throw storeError(error) }
        try known(id) { _ in try driver.diff(id: id, parent: nil, to: sink) }
    }

    /// Bytes of the files that the container wrote.
    public func size(containerLayer id: String) throws(EngineError) -> Int64 {
        try known(id) { try driver.diffSize(id: id, parent: $0) }
    }

    /// Writes the layer tar of what the container changed.
    public func diff(containerLayer id: String, to sink: any ByteSink) throws(EngineError) {
        try known(id) { try driver.diff(id: id, parent: $0, to: sink) }
    }

    /// All container layers, so that the engine can remove those whose container it does not know.
    public func containerLayers() -> [String] { table.containers.keys.sorted() }

    private func known<Result>(
        _ id: String, _ body: (_ parent: String?) throws -> Result
    ) throws(EngineError) -> Result {
        let table = table
        guard let chainID = table.containers[id] else {
            throw EngineError(.notFound, "container layer \(id) does not exist")
        }
        do { return try body(chainID.flatMap { table.layers[$0]?.driverID }) } catch { throw storeError(error) }
    }

    private func forgetContainer(_ id: String, above chainID: Digest?) throws(EngineError) {
        let orphans: [ImageTable.LayerRow]
        do {
            orphans = try change(isDurable: false) { table in
                if table.containers[id] != nil { table.removeContainer(id) }
                return collect(from: chainID, in: &table)
            }
        } catch {
            unforgotten.withLock { $0[id] = .some(chainID) }
            throw error
        }
        discard(orphans)
    }

    /// A full disk has no room for the change that would let layers go. When others have gone, it may have.
    func forgetTheUnforgotten() {
        let due = unforgotten.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        for (id, chainID) in due { try? forgetContainer(id, above: chainID) }
    }
}
