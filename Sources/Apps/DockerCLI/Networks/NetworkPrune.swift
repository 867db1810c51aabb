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
        guard invocation.flags.bool("force") || invocation.confirms(pruneWarning) else { return 0 }
        let pruned = try invocation.pruneNetworks(invocation.flags.list("filter"))
        if let text = pruned.text { invocation.console.print(text) }
        return 0
    }

    private static let pruneWarning =
        "WARNING! This will remove all custom networks not used by at least one container."
}

extension Invocation {
    func pruneNetworks(_ filters: [String]) throws -> Pruned {
        var query = Query()
        try query.filters(filters)
        let answer = try client.decode(NetworksPruned.self, "POST", "/networks/prune\(query.text)")
        return Pruned(title: "Deleted Networks", lines: answer.networksDeleted ?? [])
    }
}
