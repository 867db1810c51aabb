internal import Primitives
internal import Synchronization

/// Counts of uses of stacks, or of images, by operations that are under way.
final class Pins: Sendable {
    private let counts = Mutex<[Digest: Int]>([:])

    func add(_ digest: Digest) {
        counts.withLock { $0[digest, default: 0] += 1 }
    }

    func remove(_ digest: Digest) {
        counts.withLock { counts in
            guard let count = counts[digest] else { return }
            counts[digest] = count > 1 ? count - 1 : nil
        }
    }

    func holds(_ digest: Digest) -> Bool {
        counts.withLock { $0[digest] != nil }
    }
}
