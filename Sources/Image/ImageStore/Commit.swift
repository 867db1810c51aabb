public import ImageModel
internal import GraphDrivers
internal import LayerFS
internal import LinuxSystem
public import Primitives
internal import Synchronization

extension ImageStore {
    /// Makes an image of what a container changed (`docker commit`). The container should not write meanwhile.
    ///
    /// `draft` is everything but `diffIDs` and `history`, which are filled in: those of `parent`, the image the
    /// container was made from, and `step`. Errors: `notFound` for the container's layer or the parent.
    public func commit(
        containerLayer id: String, parent: Digest, draft: ImageConfigDraft, step: ImageHistoryEntry,
        tag: ImageReference? = nil
    ) throws(EngineError) -> Image {
        let base = try pinned(parent)
        defer { release(base.chainIDs) }
        let row = try unpackDiff(of: id, on: base.chainIDs.last)
        defer { release([row.chainID]) }
        var draft = draft
        draft.diffIDs = base.config.diffIDs + [row.diffID]
        draft.history = base.config.history + [step]
        return try register(
            ImageConfig(parsing: draft.serialized()), parent: parent, names: tag.map { [$0] } ?? [])
    }

    private func pinned(_ id: Digest) throws(EngineError) -> ImageTable.ImageRow {
        try change { table in
            guard let row = table.images[id] else { throw EngineError(.notFound, "No such image: \(id)") }
            for chainID in row.chainIDs { pins.add(chainID) }
            return row
        }
    }

    /// Packs on a thread of its own while this one unpacks.
    private func unpackDiff(of id: String, on parent: Digest?) throws(EngineError) -> ImageTable.LayerRow {
        let packing: PackingLayer
        let source: FDSource
        do {
            let ends = try FD.pipeEnds()
            source = FDSource(ends.reader)
            packing = PackingLayer(into: FDSink(ends.writer))
        } catch {
            throw storeError(error)
        }
        let started = PlatformThread.detach { [self] in
            packing.run { sink throws(EngineError) in try diff(containerLayer: id, to: sink) }
        }
        if !started { throw EngineError(.internal, "no thread to pack layer \(id)") }
        let unpacked: Result<ImageTable.LayerRow, EngineError> = Result { () throws(EngineError) in
            try unpackLayer(from: packing.guarding(source), on: parent, expecting: nil)
        }
        // A failure to pack shows as a failure to unpack too, and is the one that explains it.
        if let failure = packing.failure { throw failure }
        return try unpacked.get()
    }
}

/// The sending end of a pipe between packing and unpacking. A pipe cannot say that what it carried is not all there is,
/// so the receiver asks here at the end.
private final class PackingLayer: Sendable {
    private struct State {
        var sink: FDSink?
        var failure: EngineError?
    }

    private let state: Mutex<State>

    init(into sink: FDSink) { state = Mutex(State(sink: sink)) }

    var failure: EngineError? { state.withLock { $0.failure } }

    func run(_ pack: (FDSink) throws(EngineError) -> Void) {
        guard let sink = state.withLock({ $0.sink.take() }) else { return }
        do { try pack(sink) } catch { state.withLock { $0.failure = error } }
        // The sink goes here, after the failure is known: its end is what the receiver sees.
    }

    func guarding(_ source: FDSource) -> GuardedSource { GuardedSource(source) { [self] in failure } }
}

/// Passes on a source whose end counts only if nothing has failed behind it.
private final class GuardedSource: ByteSource {
    private let source: FDSource
    private let failure: @Sendable () -> EngineError?

    init(_ source: FDSource, failure: @escaping @Sendable () -> EngineError?) {
        self.source = source
        self.failure = failure
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try source.read(into: buffer)
        if count == 0, let failure = failure() { throw failure }
        return count
    }
}
