internal import APIModel
internal import EngineClient
internal import Flags
internal import Primitives

extension Command {
    static let networkRm = Command(
        "network rm", "NETWORK [NETWORK...]", about: "Remove one or more networks", count: many,
        flags: [Flag("f", "force", help: "Do not error if the network does not exist")]
    ) { invocation in
        let isForced = invocation.flags.bool("force")
        return try invocation.forEachName("remove one or more networks") { name in
            do throws(EngineError) {
                try invocation.client.call("DELETE", "/networks/\(EngineClient.escape(name))")
            } catch {
                guard isForced, error.kind == .notFound else { throw error }
                return
            }
            invocation.console.print(name)
        }
    }

    static let networkPrune = Command(
        "network prune", about: "Remove all unused networks",
        flags: [
            Flag("filter", kind: .list, help: "Provide filter values (e.g. \"until=<timestamp>\")"),
            Flag("f", "force", help: "Do not prompt for confirmation"),
        ]
    ) { invocation in
        guard invocation.flags.bool("force") || invocation.confirms(warning) else { return 0 }
        var query = Query()
        try query.filters(invocation.flags.list("filter"))
        let pruned = try invocation.client.decode(NetworksPruned.self, "POST", "/networks/prune\(query.text)")
        guard let names = pruned.networksDeleted, !names.isEmpty else { return 0 }
        invocation.console.print((["Deleted Networks:"] + names).joined(separator: "\n") + "\n")
        return 0
    }

    private static let warning = "WARNING! This will remove all custom networks not used by at least one container."
}

extension Invocation {
    /// Asks, and reads a line. No is what every other answer means.
    func confirms(_ warning: String) -> Bool {
        console.write(warning + "\nAre you sure you want to continue? [y/N] ")
        return ["y", "yes"].contains((console.readLine() ?? "").lowercased())
    }
}
