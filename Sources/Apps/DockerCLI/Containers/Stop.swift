internal import EngineClient
internal import Flags

extension Command {
    private static let timing: [Flag] = [
        Flag("s", "signal", kind: .text, help: "Signal to send to the container"),
        Flag(
            "t", "time", "timeout", kind: .integer, default: "10",
            help: "Seconds to wait for stop before killing the container"),
    ]

    static let stop = Command(
        "stop", "CONTAINER [CONTAINER...]", about: "Stop a running container", count: many, flags: timing
    ) { invocation in
        let query = invocation.timingQuery
        return try invocation.forEachPrinted("stop one or more containers") { name in
            try invocation.client.call("POST", "/containers/\(EngineClient.escape(name))/stop\(query)")
        }
    }

    static let restart = Command(
        "restart", "CONTAINER [CONTAINER...]", about: "Restart a running container", count: many, flags: timing
    ) { invocation in
        let query = invocation.timingQuery
        return try invocation.forEachPrinted("restart one or more containers") { name in
            try invocation.client.call("POST", "/containers/\(EngineClient.escape(name))/restart\(query)")
        }
    }
}

extension Invocation {
    /// Without the flag the container's own stop timeout counts.
    fileprivate var timingQuery: String {
        var query = Query()
        if flags.isSet("time") { query["t"] = "\(flags.integer("time"))" }
        if flags.isSet("signal") { query["signal"] = flags.text("signal") }
        return query.text
    }
}
