internal import Primitives
internal import Synchronization

/// Layers that a pull has in its hands by now.
final class HeldLayers: Sendable {
    private let chainIDs = Mutex<[Digest]>([])

    func add(_ chainID: Digest) { chainIDs.withLock { $0.append(chainID) } }

    var all: [Digest] { chainIDs.withLock { $0 } }
}
