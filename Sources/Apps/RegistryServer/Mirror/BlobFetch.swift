internal import HostSystem
internal import NIOCore
internal import Primitives
internal import RegistryStorage
internal import Synchronization

/// A blob that is on its way from the remote into the store, and can be read while it comes.
///
/// The last byte is given out when the digest is known to be right; so nobody takes wrong bytes for a whole blob.
final class BlobFetch: StoredContent {
    private struct State {
        var received: Int64 = 0
        var end: Result<Void, RegistryError>?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let size: Int64
    private let file: any StoredContent
    private let state = Mutex(State())

    /// `file`: what the bytes are written to.
    init(size: Int64, file: any StoredContent) {
        self.size = size
        self.file = file
    }

    func received(_ count: Int) { change { $0.received += Int64(count) } }

    func ended(_ result: Result<Void, RegistryError>) { change { $0.end = result } }

    private func change(_ body: (inout sending State) -> Void) {
        let waiters = state.withLock { state in
            body(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func read(at offset: Int64, count: Int) async throws(EngineError) -> ByteBuffer {
        while true {
            let (received, end) = state.withLock { ($0.received, $0.end) }
            switch end {
            case .failure(let error): throw EngineError(.unavailable, "\(error)")
            case .success: return try await file.read(at: offset, count: count)
            case nil:
                let there = min(received, size - 1) - offset
                if there > 0 { return try await file.read(at: offset, count: Int(min(there, Int64(count)))) }
                await waitForMore(than: received)
            }
        }
    }

    private func waitForMore(than received: Int64) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.received == received && state.end == nil {
                    state.waiters.append(continuation)
                    return false
                }
                return true
            }
            if isReady { continuation.resume() }
        }
    }

    func descriptor() throws(EngineError) -> Descriptor? { nil }
}
