internal import Primitives
internal import Synchronization

/// Counts of uses of stacks by operations that are under way.
final class LayerPins: Sendable {
    private let counts = Mutex<[Digest: Int]>([:])

    func add(_ chainID: Digest) {
        counts.withLock { $0[chainID, default: 0] += 1 }
    }

    func remove(_ chainID: Digest) {
        counts.withLock { counts in
            guard let count = counts[chainID] else { return }
            counts[chainID] = count > 1 ? count - 1 : nil
        }
    }

    func holds(_ chainID: Digest) -> Bool {
        counts.withLock { $0[chainID] != nil }
    }
}
