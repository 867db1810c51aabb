public import APIModel
public import Primitives

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
        let (output, continuation) = AsyncStream<EventMessage>.makeStream()
        // Ends with the subscription: when the listener goes or `until` is reached.
        let relay = Task {
            for event in wanted { continuation.yield(event) }
            for await event in live where filter.matches(event) { continuation.yield(event) }
            continuation.finish()
        }
        let clock = query.until.map { until in
            Task {
                let rest = until - Timestamp.now().nanoseconds
                if rest > 0 { try? await Task.sleep(for: .nanoseconds(rest)) }
                log.unsubscribe(id)
            }
        }
        continuation.onTermination = { _ in
            log.unsubscribe(id)
            clock?.cancel()
            relay.cancel()
        }
        return output
    }
}
