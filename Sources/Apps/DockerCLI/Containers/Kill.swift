internal import EngineClient
internal import Flags

extension Command {
    static let kill = Command(
        "kill", "CONTAINER [CONTAINER...]", about: "Kill a running container", count: many,
        flags: [Flag("s", "signal", kind: .text, default: "KILL", help: "Signal to send to the container")]
    ) { invocation in
        var query = Query()
        query["signal"] = invocation.flags.text("signal")
        return try invocation.forEachPrinted("kill one or more containers") { name in
            try invocation.client.call("POST", "/containers/\(EngineClient.escape(name))/kill\(query.text)")
        }
    }
}
