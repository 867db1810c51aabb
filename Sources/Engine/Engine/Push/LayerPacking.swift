internal import ImageModel
internal import ImageStore
internal import LayerFS
internal import LinuxSystem
internal import Primitives

/// A layer as it is packed, or read as it came: a thread works ahead of whoever takes the pieces, two megabytes at most, and
/// stops when nobody has this any more.
final class LayerPacking: Sendable {
    private let engine: Engine
    private let pipe = ChunkPipe(slots: 8)
    private let packed = Promised<Result<RemoteBlob, EngineError>>()

    /// Gives what follows `offset` bytes of the layer, as `form` or packed; doing it again gives the same. Errors:
    /// `unavailable` when too many transfers are under way.
    init(
        _ engine: Engine, _ layer: PackableLayer, as form: RemoteBlob?, from offset: Int64, _ meter: ProgressMeter
    ) throws(EngineError) {
        self.engine = engine
        try engine.transfers.submit { [images = engine.images, pipe, packed] in
            let sink = PipeSink(pipe)
            let result = Result { () throws(EngineError) in
                try images.write(layer, as: form, to: TailSink(sink, after: offset), note: meter.reached)
            }
            packed.give(result)
            switch result {
            case .success:
                sink.flush()
                pipe.finish()
            case .failure(let error): pipe.finish(error)
            }
        }
    }

    deinit { pipe.cancel() }

    /// The next bytes; nil at the end. One task takes them. Errors: those of packing.
    func next() async throws -> [UInt8]? {
        try await engine.downloads.run { [pipe] in try pipe.next().map { Array($0) } }
    }

    /// What it became, once all of it was taken.
    func blob() async throws(EngineError) -> RemoteBlob { try await packed.value().get() }
}
