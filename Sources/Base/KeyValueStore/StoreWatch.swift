internal import Dispatch
internal import Synchronization

/// What happens in a store, to be taken piece by piece by one thread. The watch ends with this object.
public final class StoreWatch: Sendable {
    public enum Change: Sendable, Hashable {
        case put(StoreEntry)
        case deleted(String)
    }

    public enum News: Sendable, Hashable {
        /// In order.
        case changes([Change])
        /// Nothing came in time.
        case quiet
        /// The watch is over, and some of what happened may not have been told: look at the whole again.
        case ended(String)
    }

    /// So many pieces of news may wait; who is further behind looks at the whole again.
    private static let limit = 65_536

    private struct State {
        var waiting: [News] = []
        var end: String?
        var isWoken = false
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)
    private let cancel: @Sendable () -> Void

    /// `cancel` is called when nobody listens any more.
    public init(cancel: @escaping @Sendable () -> Void = {}) { self.cancel = cancel }

    deinit { cancel() }

    /// For the store: something happened. Not to be called from two threads at once.
    public func tell(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        state.withLock { state in
            guard state.end == nil else { return }
            if state.waiting.count < Self.limit {
                state.waiting.append(.changes(changes))
            } else {
                (state.waiting, state.end) = ([], "too much happened at once")
            }
        }
        bell.signal()
    }

    /// For the store: nothing more will be told. Only the first reason counts.
    public func end(_ reason: String) {
        state.withLock { if $0.end == nil { $0.end = reason } }
        bell.signal()
    }

    /// Wakes who waits, or will wait next, as if the time were over.
    public func wake() {
        state.withLock { $0.isWoken = true }
        bell.signal()
    }

    /// What happened next; waits for it, so many milliseconds at most.
    public func next(milliseconds: Int) -> News {
        let deadline = DispatchTime.now() + .milliseconds(milliseconds)
        while true {
            if let news = take() { return news }
            // The bell may have rung for news that have been taken already.
            if bell.wait(timeout: deadline) == .timedOut { return take() ?? .quiet }
        }
    }

    private func take() -> News? {
        state.withLock { state in
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            if let end = state.end { return .ended(end) }
            defer { state.isWoken = false }
            return state.isWoken ? .quiet : nil
        }
    }
}
