internal import LinuxSystem
public import Primitives

extension ImageStore {
    /// `docker rmi`: takes a name away, and with the last name the image, its unused layers and, unless `noPrune`, the
    /// parents that have no name. By id, all names go if they are in one repository or `force` is set.
    ///
    /// `inUse` gives the containers that were made from an image. `pruned`: the image that a prune
    /// has found under that name, or without one; it stays if that has changed since, and if it is kept (`KeptImages`).
    /// Errors: `notFound`; `conflict` with Docker's texts when containers, other images or other names need it.
    public func remove(
        _ name: String, force: Bool, noPrune: Bool, pruned: Digest? = nil,
        inUse: @escaping (Digest) -> [ContainerUse]
    ) throws(EngineError) -> [ImageRemoval] {
        let (removal, orphans) = try change { table -> ([ImageRemoval], [ImageTable.LayerRow]) in
            if let pruned { try checkPrunable(pruned, as: name, table) }
            var removal = RemovalInProgress(table: table, inUse: inUse, isKept: imagePins.holds, collect: collect)
            try removal.remove(name, force: force, prune: !noPrune)
            table = removal.table
            return (removal.steps, removal.orphans)
        }
        discard(orphans)
        try removeBlobs(of: removal)
        return removal
    }

    private func checkPrunable(_ id: Digest, as name: String, _ table: ImageTable) throws(EngineError) {
        guard !imagePins.holds(id) else {
            throw EngineError(.conflict, "image \(name) is needed by a build that goes on")
        }
        let hasNoName = name != id.description || table.names(of: id).isEmpty
        guard try Self.id(of: name, in: table) == id, hasNoName else {
            throw EngineError(.conflict, "image \(id) has other names by now")
        }
    }

    /// Under the writers' lock: the same image may just have come back.
    private func removeBlobs(of removal: [ImageRemoval]) throws(EngineError) {
        try change { table in
            for case .deleted(let name) in removal {
                guard let id = try? Digest(parsing: name), table.images[id] == nil else { continue }
                try HostFile.remove(folder.blob(id))
            }
        }
    }
}

/// The rules of docker's daemon/images/image_delete.go, on a draft.
struct RemovalInProgress {
    var table: ImageTable
    let inUse: (Digest) -> [ContainerUse]
    let isKept: (Digest) -> Bool
    let collect: (Digest?, inout ImageTable) -> [ImageTable.LayerRow]
    private(set) var steps: [ImageRemoval] = []
    private(set) var orphans: [ImageTable.LayerRow] = []

    init(
        table: ImageTable, inUse: @escaping (Digest) -> [ContainerUse], isKept: @escaping (Digest) -> Bool,
        collect: @escaping (Digest?, inout ImageTable) -> [ImageTable.LayerRow]
    ) {
        self.table = table
        self.inUse = inUse
        self.isKept = isKept
        self.collect = collect
    }

    mutating func remove(_ name: String, force: Bool, prune: Bool) throws(EngineError) {
        let id = try ImageStore.id(of: name, in: table)
        if id.description.hasPrefix(name) || id.hex.hasPrefix(name) {
            try removeByID(id, force: force)
            return try delete(id, force: force, prune: prune, isQuiet: false)
        }
        let reference = try ImageReference(parsing: name)
        if !force, isInOneRepository(table.names(of: id)), let container = inUse(id).first {
            throw EngineError(
                .conflict,
                "conflict: unable to remove repository reference \"\(name)\" (must force) - container "
                    + "\(container.id.prefix(12)) is using its referenced image \(id.short)")
        }
        untag(ImageStore.key(reference))
        if reference.digest == nil { untagDigests(of: reference, id) }
        guard table.names(of: id).isEmpty else { return }
        try delete(id, force: force, prune: prune, isQuiet: true)
    }

    private mutating func removeByID(_ id: Digest, force: Bool) throws(EngineError) {
        let names = table.names(of: id)
        guard isInOneRepository(names) else { return }
        if let conflict = conflict(id, soft: !force, countsNames: false) { throw conflict.error }
        for name in names { untag(name) }
    }

    private mutating func untag(_ name: String) {
        table.removeTag(name)
        steps.append(.untagged(name))
    }

    /// Digest references are worth nothing once the repository has no tag for the image.
    private mutating func untagDigests(of reference: ImageReference, _ id: Digest) {
        let names = table.names(of: id).filter { repository($0) == reference.repository }
        guard names.allSatisfy({ $0.contains("@") }) else { return }
        for name in names { untag(name) }
    }

    /// With the parents that nobody needs then, if `prune`: one after the other, as there may be thousands.
    private mutating func delete(_ id: Digest, force: Bool, prune: Bool, isQuiet: Bool) throws(EngineError) {
        var parent = try deleteOne(id, force: force, isQuiet: isQuiet)
        while prune, let next = parent, !isKept(next) { parent = try deleteOne(next, force: false, isQuiet: true) }
    }

    /// The parent if the image is gone.
    private mutating func deleteOne(_ id: Digest, force: Bool, isQuiet: Bool) throws(EngineError) -> Digest? {
        if let conflict = conflict(id, soft: !force, countsNames: true) {
            if isQuiet, !table.names(of: id).isEmpty || conflict.isUse { return nil }
            throw conflict.error
        }
        guard let row = table.images[id] else { return nil }
        for name in table.names(of: id) { untag(name) }
        table.removeImage(id)
        steps.append(.deleted(id.description))
        let removed = collect(row.chainIDs.last, &table)
        orphans += removed
        steps += removed.map { .deleted($0.chainID.description) }
        return row.parent.flatMap { table.images[$0] == nil ? nil : $0 }
    }

    private func conflict(_ id: Digest, soft: Bool, countsNames: Bool) -> RemovalConflict? {
        let users = inUse(id)
        if !table.children(of: id).isEmpty {
            return RemovalConflict(id: id, isHard: true, isUse: true, reason: "image has dependent child images")
        }
        if let running = users.first(where: \.isRunning) {
            return RemovalConflict(
                id: id, isHard: true, isUse: true,
                reason: "image is being used by running container \(running.id.prefix(12))")
        }
        guard soft else { return nil }
        if countsNames, !table.names(of: id).isEmpty {
            return RemovalConflict(
                id: id, isHard: false, isUse: false, reason: "image is referenced in multiple repositories")
        }
        return users.first.map {
            RemovalConflict(
                id: id, isHard: false, isUse: true,
                reason: "image is being used by stopped container \($0.id.prefix(12))")
        }
    }

    /// At most one tag, and digests only of the same repository.
    private func isInOneRepository(_ names: [String]) -> Bool {
        if names.count <= 1 { return true }
        let tags = names.filter { !$0.contains("@") }
        return tags.count <= 1 && Set(names.map(repository)).count == 1
    }

    private func repository(_ name: String) -> String {
        (try? ImageReference(parsing: name))?.repository ?? name
    }
}

private struct RemovalConflict {
    var id: Digest
    /// Not even force helps.
    var isHard: Bool
    /// A container or another image needs it, not only a name.
    var isUse: Bool
    var reason: String

    var error: EngineError {
        let advice = isHard ? "cannot be forced" : "must be forced"
        return EngineError(.conflict, "conflict: unable to delete \(id.short) (\(advice)) - \(reason)")
    }
}
