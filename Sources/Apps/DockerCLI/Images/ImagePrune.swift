internal import APIModel
internal import EngineClient
internal import Flags

extension Command {
    static let imagePrune = Command(
        "image prune", about: "Remove unused images",
        flags: [
            Flag("a", "all", help: "Remove all unused images, not just dangling ones"),
            Flag("filter", kind: .list, help: "Provide filter values (e.g. \"until=<timestamp>\")"),
            Flag("f", "force", help: "Do not prompt for confirmation"),
        ]
    ) { invocation in
        let all = invocation.flags.bool("all")
        let which = all ? "images without at least one container associated to them" : "dangling images"
        guard invocation.flags.bool("force") || invocation.confirms("WARNING! This will remove all \(which).") else {
            return 0
        }
        invocation.show(try invocation.pruneImages(invocation.flags.list("filter"), all: all))
        return 0
    }
}

extension Invocation {
    func pruneImages(_ filters: [String], all: Bool) throws -> Pruned {
        var query = Query()
        try query.filters(filters + ["dangling=\(!all)"])
        let answer = try client.decode(ImagesPruned.self, "POST", "/images/prune\(query.text)")
        let lines = (answer.imagesDeleted ?? []).map { step in
            step.untagged.map { "untagged: \($0)" } ?? "deleted: \(step.deleted ?? "")"
        }
        return Pruned(title: "Deleted Images", lines: lines, reclaimed: lines.isEmpty ? 0 : answer.spaceReclaimed)
    }
}
