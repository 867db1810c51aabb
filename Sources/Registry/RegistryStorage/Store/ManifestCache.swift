internal import Primitives
internal import Synchronization

/// Manifests that were served lately, by digest. What a digest names never changes, so nothing here goes stale.
final class ManifestCache: Sendable {
    /// Bytes together, and of one.
    static let limit = 2 << 20
    static let entryLimit = 256 << 10

    private struct State {
        var entries: [Digest: StoredManifest] = [:]
        /// Oldest first.
        var order: [Digest] = []
        var size = 0
    }

    private let state = Mutex(State())

    subscript(digest: Digest) -> StoredManifest? { state.withLock { $0.entries[digest] } }

    func keep(_ manifest: StoredManifest) {
        guard manifest.bytes.count <= Self.entryLimit else { return }
        state.withLock { state in
            guard state.entries.updateValue(manifest, forKey: manifest.digest) == nil else { return }
            state.order.append(manifest.digest)
            state.size += manifest.bytes.count
            while state.size > Self.limit, !state.order.isEmpty {
                let oldest = state.order.removeFirst()
                state.size -= state.entries.removeValue(forKey: oldest)?.bytes.count ?? 0
            }
        }
    }
}
