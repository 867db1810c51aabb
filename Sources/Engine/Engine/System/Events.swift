public import APIModel
public import Primitives
internal import Synchronization

extension Engine {
    public func events(_ query: EventQuery) async throws(EngineError) -> AsyncStream<EventMessage> {
        let filter = try EventFilter(query.filters)
        if let since = query.since, let until = query.until, until < since {
            throw EngineError(.badParameter, "`since` time (\(since)) cannot be after `until` time (\(until))")
        }
        let log = events
        let (id, past, live) = log.subscribe(since: query.since)
        let wanted = past.filter { event in filter.matches(event) && (query.until.map { event.timeNano <= $0 } ?? true)
        }
        let subscription = EventSubscription(log: log, id: id, until: query.until)
        let replay = Mutex(wanted[...])
        // Pulled, not pushed: what a slow client leaves waits in the log's bounded queue and nowhere else.
        return AsyncStream {
            defer { withExtendedLifetime(subscription) {} }
            if let event = replay.withLock({ $0.popFirst() }) { return event }
            for await event in live where filter.matches(event) { return event }
            return nil
        }
    }
}

/// Ends with the last reference to it, or at a given time.
private final class EventSubscription: Sendable {
    private let log: EventLog
    private let id: Int
    private let clock: Task<Void, Never>?

    init(log: EventLog, id: Int, until: Int64?) {
        self.log = log
        self.id = id
        clock = until.map { until in
            Task {
                let now = Timestamp.now().nanoseconds
                if until > now { try? await Task.sleep(for: .nanoseconds(until - now)) }
                log.unsubscribe(id)
            }
        }
    }

    deinit {
        clock?.cancel()
        log.unsubscribe(id)
    }
}
