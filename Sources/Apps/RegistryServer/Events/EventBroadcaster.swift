internal import Primitives

/// Gives each event to every endpoint; one that is slow holds up nobody else.
final class EventBroadcaster: Sendable {
    let source: EventSource
    private let endpoints: [EventEndpoint]

    init(source: EventSource, endpoints: [EventEndpoint]) {
        self.source = source
        self.endpoints = endpoints
    }

    func send(_ event: RegistryEvent) { for endpoint in endpoints { endpoint.send(event) } }

    /// Begins to deliver; ends when the task does.
    func run() async {
        await withDiscardingTaskGroup { group in
            for endpoint in endpoints { group.addTask { await endpoint.run() } }
        }
    }
}
