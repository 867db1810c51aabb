internal import GraphDrivers
internal import ImageModel
internal import LayerFS
internal import LinuxSystem
public import Primitives

/// A layer that is to be sent to a registry.
public struct PackableLayer: Sendable, Hashable {
    public let diffID: Digest
    public let chainID: Digest
    /// Bytes of the uncompressed tar.
    public let tarSize: Int64
    /// What it was pulled as and may still be here: see `PulledBytes`.
    let pulled: Set<Digest>
}

extension ImageStore {
    /// The layers of an image, root first, held until they are let go. Errors: `notFound`.
    public func holdLayers(of image: Digest) throws(EngineError) -> [PackableLayer] {
        try change { table in
            guard let row = table.images[image] else { throw EngineError(.notFound, "No such image: \(image)") }
            let layers = row.chainIDs.compactMap { table.layers[$0] }
            for layer in layers { pins.add(layer.chainID) }
            return layers.map { layer in
                PackableLayer(
                    diffID: layer.diffID, chainID: layer.chainID, tarSize: layer.tarSize,
                    pulled: table.pulled(for: layer.diffID))
            }
        }
    }

    /// Writes a layer as gzip: the same layer gives the same bytes each time. `note` hears how much of the tar was packed.
    /// What came out is written down for the next push. Errors: `internal` when the layer's files have changed.
    func pack(
        _ layer: PackableLayer, to output: any ByteSink, note: @escaping @Sendable (Int64) -> Void
    ) throws(EngineError) -> RemoteBlob {
        do {
            let packed = HashingSink(output)
            let gzip = GzipSink(packed)
            try writeTar(of: row(of: layer), to: CountingSink(gzip, note))
            try gzip.finish()
            guard let digest = Digest(sha256Hex: packed.hex) else { throw EngineError(.internal, "bad digest") }
            let blob = RemoteBlob(
                diffID: layer.diffID, digest: digest, size: packed.count, mediaType: OCIMediaType.dockerLayer,
                repository: "")
            try change(isDurable: false) { $0.note(blob: blob) }
            return blob
        } catch {
            throw storeError(error)
        }
    }

    func row(of layer: PackableLayer) throws(EngineError) -> ImageTable.LayerRow {
        guard let row = table.layers[layer.chainID] else {
            throw EngineError(.notFound, "layer \(layer.diffID) is not here")
        }
        return row
    }
}

/// Says how much went through.
final class CountingSink: ByteSink, @unchecked Sendable {
    // Invariant: a sink is used by one thread at a time.
    private let sink: any ByteSink
    private let note: @Sendable (Int64) -> Void
    private var count: Int64 = 0

    init(_ sink: any ByteSink, _ note: @escaping @Sendable (Int64) -> Void) {
        self.sink = sink
        self.note = note
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try sink.write(bytes)
        count += Int64(bytes.count)
        note(count)
    }
}
