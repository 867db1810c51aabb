import APIModel
import Testing

@testable import Engine

@Suite struct EventLogTests {
    private func event(_ time: Int64) -> EventMessage {
        EventMessage(type: "container", action: "start", actor: .init(id: "x", attributes: [:]), timeNano: time)
    }

    @Test func replaysSinceTheMomentAskedFor() {
        let log = EventLog()
        for time in 1...5 { log.publish(event(Int64(time))) }
        #expect(log.subscribe(since: 3).past.map(\.timeNano) == [3, 4, 5])
        #expect(log.subscribe(since: nil).past.isEmpty)
    }

    @Test func keepsTheLast256() {
        let log = EventLog()
        for time in 1...300 { log.publish(event(Int64(time))) }
        #expect(log.subscribe(since: 0).past.map(\.timeNano) == Array(45...300))
    }

    @Test func aSlowListenerLosesNothing() async {
        let log = EventLog()
        let (id, _, stream) = log.subscribe(since: nil)
        for time in 1...1000 { log.publish(event(Int64(time))) }
        log.unsubscribe(id)
        var seen = 0
        for await _ in stream { seen += 1 }
        #expect(seen == 1000)
        #expect(log.listenerCount == 0)
    }

    /// Who publishes and who cancels a listener each hold a lock that the other might want.
    @Test func listenersMayBeCancelledWhileEventsComeIn() async {
        let log = EventLog()
        let event = event(1)
        let publisher = Task.detached {
            while !Task.isCancelled { log.publish(event) }
        }
        for _ in 0..<2000 {
            let listener = Task.detached {
                for await _ in log.subscribe(since: nil).stream {}
            }
            await Task.yield()
            listener.cancel()
            await listener.value
        }
        publisher.cancel()
        await publisher.value
        while log.listenerCount > 0 { await Task.yield() }
    }
}
