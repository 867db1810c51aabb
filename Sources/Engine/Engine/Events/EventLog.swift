internal import APIModel
internal import Primitives
internal import Synchronization

/// The last events, and everybody who listens.
///
/// A listener that is slow keeps its events in a queue of its own (bounded, oldest dropped last): nobody else waits.
final class EventLog: Sendable {
    /// Docker's ring size today.
    static let capacity = 256
    private static let listenerCapacity = 16_384

    private struct State {
        var ring: [EventMessage] = []
        var listeners: [Int: AsyncStream<EventMessage>.Continuation] = [:]
        var nextListener = 0
    }

    private let state = Mutex(State())

    var listenerCount: Int { state.withLock { $0.listeners.count } }

    func publish(_ event: EventMessage) {
        state.withLock { state in
            if state.ring.count == Self.capacity { state.ring.removeFirst() }
            state.ring.append(event)
            for listener in state.listeners.values { listener.yield(event) }
        }
    }

    /// Subscribes before it returns. `past` is what the ring still holds since then; nil replays nothing.
    func subscribe(since: Int64?) -> (id: Int, past: [EventMessage], stream: AsyncStream<EventMessage>) {
        let (stream, continuation) = AsyncStream<EventMessage>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.listenerCapacity))
        let (id, past) = state.withLock { state -> (Int, [EventMessage]) in
            let id = state.nextListener
            state.nextListener += 1
            state.listeners[id] = continuation
            let past = since.map { since in state.ring.filter { $0.timeNano >= since } } ?? []
            return (id, past)
        }
        // Not at once: who cancels a listener holds a lock of its task's here, and who publishes waits for that one
        // with ours held.
        continuation.onTermination = { [weak self] _ in Task.detached { self?.unsubscribe(id) } }
        return (id, past, stream)
    }

    func unsubscribe(_ id: Int) {
        let listener = state.withLock { $0.listeners.removeValue(forKey: id) }
        listener?.finish()
    }
}
