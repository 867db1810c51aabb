import APIModel
import Primitives
import Testing

@testable import Engine

@Suite struct EventFilterTests {
    private let die = EventMessage(
        type: "container", action: "die",
        actor: .init(id: "abc123", attributes: ["name": "web", "image": "busybox:latest", "tier": "front"]),
        from: "busybox:latest", timeNano: 1)

    @Test(arguments: [
        ["event": ["die"]], ["event": ["start", "die"]], ["container": ["web"]], ["container": ["abc"]],
        ["image": ["busybox"]], ["image": ["busybox:latest"]], ["type": ["container"]], ["label": ["tier=front"]],
        ["label": ["tier"]], ["event": ["die"], "container": ["/web"]],
    ])
    func matching(_ values: [String: [String]]) throws {
        #expect(try EventFilter(Filters(values)).matches(die))
    }

    @Test(arguments: [
        ["event": ["start"]], ["container": ["we"]], ["image": ["busy"]], ["type": ["image"]], ["label": ["tier=back"]],
        ["label": ["tier", "other"]], ["event": ["die"], "container": ["db"]],
    ])
    func notMatching(_ values: [String: [String]]) throws {
        #expect(try !EventFilter(Filters(values)).matches(die))
    }

    @Test func execEventsMatchByTheirWord() throws {
        let exec = EventMessage(
            type: "container", action: "exec_create: ls -l", actor: .init(id: "a", attributes: [:]), timeNano: 1)
        #expect(try EventFilter(Filters(["event": ["exec_create"]])).matches(exec))
    }

    @Test func unknownKeysAreRefused() {
        #expect { try EventFilter(Filters(["colour": ["red"]])) } throws: {
            ($0 as? EngineError)?.message == "invalid filter 'colour'"
        }
    }
}
