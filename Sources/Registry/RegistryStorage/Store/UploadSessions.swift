internal import Primitives
internal import Synchronization

/// Uploads that are under way in this process: who writes one now, and how far its hash is.
///
/// What it forgets costs time only: the bytes are hashed again from the storage.
final class UploadSessions: Sendable {
    /// Hashes that are kept.
    static let limit = 4096

    private struct State {
        var busy: Set<UploadID> = []
        var hashers: [UploadID: ContentHasher] = [:]
    }

    private let state = Mutex(State())

    /// Takes an upload for oneself. Nil while somebody has it.
    func take(_ id: UploadID) -> UploadLease? {
        let isTaken = state.withLock { $0.busy.insert(id).inserted }
        return isTaken ? UploadLease(id, self) : nil
    }

    func hasher(_ id: UploadID) -> ContentHasher? { state.withLock { $0.hashers[id] } }

    func keep(_ hasher: ContentHasher?, for id: UploadID) {
        state.withLock { state in
            if state.hashers[id] == nil, state.hashers.count >= Self.limit, let any = state.hashers.keys.first {
                state.hashers[any] = nil
            }
            state.hashers[id] = hasher
        }
    }

    fileprivate func giveBack(_ id: UploadID) { state.withLock { _ = $0.busy.remove(id) } }
}

/// The right to write an upload; it goes back when nobody holds it any more.
final class UploadLease: Sendable {
    let id: UploadID
    private let sessions: UploadSessions

    fileprivate init(_ id: UploadID, _ sessions: UploadSessions) {
        self.id = id
        self.sessions = sessions
    }

    deinit { sessions.giveBack(id) }
}
