internal import APIModel
internal import EngineClient
internal import Flags
internal import Primitives

extension Command {
    static let builder = Command(
        "builder", about: "Manage builds", verbs: [build.named("builder build"), builderPrune])

    static let builderPrune = Command(
        "builder prune", about: "Remove build cache",
        flags: [
            Flag("a", "all", help: "Remove all unused build cache, not just dangling ones"),
            Flag("filter", kind: .list, help: "Provide filter values (e.g., \"until=24h\")"),
            Flag("f", "force", help: "Do not prompt for confirmation"),
            Flag("keep-storage", "reserved-space", kind: .text, help: "Amount of disk space to keep for cache"),
            Flag("max-used-space", kind: .text, help: "Amount of disk space that the cache may take at most"),
            Flag("min-free-space", kind: .text, help: "Amount of disk space that should be free afterwards"),
        ]
    ) { invocation in
        let all = invocation.flags.bool("all")
        var query = Query()
        query.set("all", if: all)
        try query.filters(invocation.flags.list("filter"))
        for name in ["keep-storage", "max-used-space", "min-free-space"] {
            let size = invocation.flags.text(name)
            if !size.isEmpty { query[name] = String(try ByteCount(parsing: size).bytes) }
        }
        let warning =
            all
            ? "WARNING! This will remove all build cache."
            : "WARNING! This will remove all dangling build cache."
        guard invocation.flags.bool("force") || invocation.confirms(warning) else { return 0 }
        let pruned = try invocation.client.decode(BuildCachePruned.self, "POST", "/build/prune\(query.text)")
        if let deleted = pruned.cachesDeleted, !deleted.isEmpty {
            invocation.console.print("Deleted build cache objects:\n\(deleted.joined(separator: "\n"))\n")
        }
        invocation.console.print("Total reclaimed space: \(ByteCount(pruned.spaceReclaimed).decimal(spaced: false))")
        return 0
    }
}
