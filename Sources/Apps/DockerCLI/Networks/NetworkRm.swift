internal import EngineClient
internal import Flags
internal import Primitives

extension Command {
    static let networkRm = Command(
        "network rm", "NETWORK [NETWORK...]", about: "Remove one or more networks", count: many,
        flags: [Flag("f", "force", help: "Do not error if the network does not exist")]
    ) { invocation in
        var hasFailed = false
        for name in invocation.arguments {
            do throws(EngineError) {
                try invocation.client.call("DELETE", "/networks/\(EngineClient.escape(name))")
                invocation.console.print(name)
            } catch {
                guard !invocation.flags.bool("force") || error.kind != .notFound else { continue }
                invocation.console.complain(Failure.text(error))
                hasFailed = true
            }
        }
        return hasFailed ? 1 : 0
    }
}
