internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let networkPrune = Command(
        "network prune", about: "Remove all unused networks",
        flags: [
            Flag("filter", kind: .list, help: "Provide filter values (e.g. \"until=<timestamp>\")"),
            Flag("f", "force", help: "Do not prompt for confirmation"),
        ]
    ) { invocation in
        var query = Query()
        try query.filters(invocation.flags.list("filter"))
        guard invocation.flags.bool("force") || invocation.confirms(pruneWarning) else { return 0 }
        let pruned = try invocation.client.decode(NetworksPruned.self, "POST", "/networks/prune\(query.text)")
        guard let names = pruned.networksDeleted, !names.isEmpty else { return 0 }
        invocation.console.print((["Deleted Networks:"] + names).joined(separator: "\n") + "\n")
        return 0
    }

    private static let pruneWarning =
        "WARNING! This will remove all custom networks not used by at least one container."
}
