internal import GraphDrivers
public import ImageModel
internal import LayerFS
public import LinuxSystem
internal import OrderedJSON
public import Primitives
internal import TarCodec

/// An image with its layers, kept for whoever is about to read it: it stays readable though the image goes meanwhile.
public struct HeldImage: Sendable {
    public let image: Image
    /// Root first.
    let layers: [ImageTable.LayerRow]
}

extension ImageStore {
    /// Keeps the layers of an image, which need not be registered. Whoever holds it calls `letGo`. Errors: `notFound` for
    /// layers that are not here.
    public func hold(_ config: ImageConfig) throws(EngineError) -> HeldImage {
        try change { table in
            let layers = try config.chainIDs.map { chainID in
                guard let row = table.layers[chainID] else {
                    throw EngineError(.notFound, "layer \(chainID) does not exist")
                }
                return row
            }
            for layer in layers { pins.add(layer.chainID) }
            let image = Image(
                id: config.id, config: config, chainIDs: config.chainIDs, layers: layers.map(\.driverID),
                size: layers.reduce(0) { $0 &+ $1.size }, parent: nil, tags: [], digests: [], lastTagged: nil)
            return HeldImage(image: image, layers: layers)
        }
    }

    /// Once more, while it is held; one more `letGo` belongs to it.
    public func holdAgain(_ held: HeldImage) {
        for layer in held.layers { pins.add(layer.chainID) }
    }

    /// What nothing else uses is removed.
    public func letGo(_ held: HeldImage) { release(held.layers.map(\.chainID)) }
}

// What becomes of it.
extension ImageStore {
    /// The archive that `save` writes, under names that the image need not have here.
    public func save(
        _ held: HeldImage, as names: [ImageReference], to output: borrowing FD
    ) throws(EngineError) {
        try write(SavePlan(held, names), to: output)
    }

    /// An OCI image layout and nothing else, every blob a file (image-spec, image-layout.md). Layers are not compressed.
    public func saveLayout(
        _ held: HeldImage, as names: [ImageReference], to output: borrowing FD
    ) throws(EngineError) {
        let plan = SavePlan(held, names)
        do {
            let writer = ArchiveWriter(FDSink(try output.duplicate()), modified: plan.modified)
            try writer.file(OCILayout.markerName, OCILayout.marker)
            try writer.folder("blobs")
            try writer.folder("blobs/sha256")
            for entry in plan.entries {
                let manifest = try entry.manifest()
                let index = OCIIndex(manifests: entry.descriptors(of: manifest))
                try writer.file(OCILayout.indexName, OrderedJSONEncoder(style: .goCompact).encode(index))
                try writer.file(OCILayout.blobPath(manifest.digest), manifest.bytes)
                try writer.file(OCILayout.blobPath(entry.image.id), entry.image.config.bytes)
            }
            for layer in plan.layers {
                let path = OCILayout.blobPath(layer.diffID)
                try writer.file(path, size: layer.tarSize) { try writeTar(of: layer, to: $0) }
            }
            try writer.finish()
        } catch {
            throw storeError(error)
        }
    }

    /// A tar of all its files, as a container sees them.
    public func saveTree(_ held: HeldImage, to output: borrowing FD) throws(EngineError) {
        do {
            let sink = FDSink(try output.duplicate())
            if let top = held.layers.last { try driver.diff(id: top.driverID, parent: nil, to: sink) }
            // A layer that came without an end is given back without one, and who reads this waits for it. Two do no harm.
            try sink.write(TarWriter.end)
        } catch {
            throw storeError(error)
        }
    }

    /// The manifest that stands in its archives.
    public func manifest(of held: HeldImage) throws(EngineError) -> OCIManifest {
        let entry = SavePlan.Entry(image: held.image, names: [], layers: held.layers, legacy: [])
        do { return try entry.manifest() } catch { throw storeError(error) }
    }
}
