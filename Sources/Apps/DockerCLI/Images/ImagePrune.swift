internal import APIModel
internal import EngineClient
internal import Flags
internal import Primitives

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
        var query = Query()
        try query.filters(invocation.flags.list("filter") + ["dangling=\(!all)"])
        let which = all ? "images without at least one container associated to them" : "dangling images"
        guard
            invocation.flags.bool("force")
                || invocation.confirms("WARNING! This will remove all \(which).")
        else { return 0 }
        let pruned = try invocation.client.decode(ImagesPruned.self, "POST", "/images/prune\(query.text)")
        let lines = (pruned.imagesDeleted ?? []).map { step in
            step.untagged.map { "untagged: \($0)" } ?? "deleted: \(step.deleted ?? "")"
        }
        if !lines.isEmpty { invocation.console.print((["Deleted Images:"] + lines).joined(separator: "\n") + "\n") }
        let reclaimed = ByteCount(pruned.spaceReclaimed).decimal(spaced: false)
        invocation.console.print("Total reclaimed space: \(reclaimed)")
        return 0
    }
}
