internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let containerPrune = Command(
        "container prune", about: "Remove all stopped containers",
        flags: [
            Flag("filter", kind: .list, help: "Provide filter values (e.g. \"until=<timestamp>\")"),
            Flag("f", "force", help: "Do not prompt for confirmation"),
        ]
    ) { invocation in
        guard
            invocation.flags.bool("force") || invocation.confirms("WARNING! This will remove all stopped containers.")
        else { return 0 }
        invocation.show(try invocation.pruneContainers(invocation.flags.list("filter")))
        return 0
    }
}

extension Invocation {
    func pruneContainers(_ filters: [String]) throws -> Pruned {
        var query = Query()
        try query.filters(filters)
        let answer = try client.decode(ContainersPruned.self, "POST", "/containers/prune\(query.text)")
        let ids = answer.containersDeleted ?? []
        return Pruned(title: "Deleted Containers", lines: ids, reclaimed: ids.isEmpty ? 0 : answer.spaceReclaimed)
    }
}
