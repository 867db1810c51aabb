internal import APIModel
internal import EngineClient

extension Command {
    static let diff = Command(
        "diff", "CONTAINER", about: "Inspect changes on a container's filesystem", count: 1...1
    ) { invocation in
        guard !invocation.subject.isEmpty else { throw CommandFailure("Container name cannot be empty") }
        let changes = try invocation.client.decode(
            [ContainerChange]?.self, "GET", "/containers/\(EngineClient.escape(invocation.subject))/changes")
        for change in changes ?? [] {
            let letter = ["C", "A", "D"].indices.contains(change.kind) ? ["C", "A", "D"][change.kind] : "?"
            invocation.console.print("\(letter) \(change.path)")
        }
        return 0
    }
}
