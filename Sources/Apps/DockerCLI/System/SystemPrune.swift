internal import APIModel
internal import EngineClient
internal import Flags
internal import OrderedJSON
internal import Primitives

extension Command {
    static let systemPrune = Command(
        "system prune", about: "Remove unused data",
        flags: [
            Flag("a", "all", help: "Remove all unused images not just dangling ones"),
            Flag("filter", kind: .list, help: "Provide filter values (e.g. \"label=<key>=<value>\")"),
            Flag("f", "force", help: "Do not prompt for confirmation"),
            Flag("volumes", help: "Prune anonymous volumes"),
        ]
    ) { invocation in
        let prune = SystemPrune(invocation)
        if prune.takesVolumes && prune.filters.contains(where: { KeyValue.split($0).key.lowercased() == "until" }) {
            throw CommandFailure("ERROR: The \"until\" filter is not supported with \"--volumes\"")
        }
        guard invocation.flags.bool("force") || invocation.confirms(prune.warning) else { return 0 }
        try prune.run()
        return 0
    }
}

/// `docker system prune`: every kind in Docker's order.
private struct SystemPrune {
    private let invocation: Invocation
    private let all: Bool
    let takesVolumes: Bool
    let filters: [String]

    init(_ invocation: Invocation) {
        self.invocation = invocation
        all = invocation.flags.bool("all")
        takesVolumes = invocation.flags.bool("volumes")
        filters = invocation.flags.list("filter")
    }

    var warning: String {
        var lines = ["WARNING! This will remove:", "  - all stopped containers"]
        lines.append("  - all networks not used by at least one container")
        if takesVolumes { lines.append("  - all anonymous volumes not used by at least one container") }
        lines.append(
            all ? "  - all images without at least one container associated to them" : "  - all dangling images")
        lines.append(all ? "  - all build cache" : "  - unused build cache")
        let shown = filters.filter { ["label", "label!", "until"].contains(KeyValue.split($0).key.lowercased()) }
        guard !shown.isEmpty else { return (lines + [""]).joined(separator: "\n") }
        lines += ["", "  Items to be pruned will be filtered with:"] + shown.sorted().map { "  - \($0)" }
        return (lines + [""]).joined(separator: "\n")
    }

    func run() throws {
        var reclaimed: Int64 = 0
        func show(_ pruned: Pruned) {
            if let text = pruned.text { invocation.console.print(text) }
            reclaimed = reclaimed.addingClamped(pruned.reclaimed)
        }
        show(try invocation.pruneContainers(filters))
        show(try invocation.pruneNetworks(filters))
        if takesVolumes { show(try invocation.pruneVolumes(filters)) }
        show(try invocation.pruneImages(filters, all: all))
        show(try invocation.pruneBuildCache(filters, all: all))
        invocation.console.print("Total reclaimed space: \(ByteCount(reclaimed).decimal(spaced: false))")
    }
}

extension Invocation {
    fileprivate func pruneVolumes(_ filters: [String]) throws -> Pruned {
        var query = Query()
        try query.filters(filters)
        let answer = try client.decode(VolumesPruned.self, "POST", "/volumes/prune\(query.text)")
        let names = answer.volumesDeleted ?? []
        return Pruned(title: "Deleted Volumes", lines: names, reclaimed: names.isEmpty ? 0 : answer.spaceReclaimed)
    }

    /// An engine without builds has nothing of theirs.
    fileprivate func pruneBuildCache(_ filters: [String], all: Bool) throws -> Pruned {
        var query = Query()
        query.set("all", if: all)
        try query.filters(filters)
        let nothing = Pruned(title: "Deleted build cache objects", lines: [])
        do throws(EngineError) {
            let answer = try client.decode(CachePruned.self, "POST", "/build/prune\(query.text)")
            return Pruned(title: nothing.title, lines: answer.deleted ?? [], reclaimed: answer.reclaimed)
        } catch {
            guard error.kind == .notFound || error.kind == .notImplemented else { throw error }
            return nothing
        }
    }
}

/// The answer to `POST /build/prune`, as far as it is shown.
private struct CachePruned: Decodable {
    var deleted: [String]?
    var reclaimed: Int64

    enum CodingKeys: String, CodingKey {
        case deleted = "CachesDeleted"
        case reclaimed = "SpaceReclaimed"
    }
}
