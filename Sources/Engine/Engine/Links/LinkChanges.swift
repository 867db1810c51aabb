internal import APIModel
internal import ContainerNetwork
internal import Primitives

extension Engine {
    /// Containers that know this one by a name of their own.
    func parents(of id: ContainerID) -> [Container] {
        containers.all().filter { $0.record.links?.contains { $0.target == id.description } ?? false }
    }

    /// After a start: those that link to this container see where it is now.
    func updateParents(of container: Container) async {
        for parent in parents(of: container.id) where parent.state.hasProcess { await relink(parent) }
    }

    /// In its turn among the parent's other operations.
    private func relink(_ parent: Container) async {
        await attempt("update the links of \(parent.id)") { () async throws(EngineError) in
            try await parent.gate.withGate { () async throws(EngineError) in
                try await workers.run { [self] in try relinkNow(parent) }
            }
        }
    }

    /// Blocking. Writes `/etc/hosts` and what is let through anew from the links' targets that run.
    private func relinkNow(_ container: Container) throws {
        let record = container.record
        guard record.state.hasProcess else { return }
        let requests = (record.links ?? []).compactMap { link in
            (try? containers.find(link.target).record).flatMap { linkRequest(link, $0) }
        }
        guard let sandbox = try network?.relink(container.id, requests) else { return }
        container.withLive { live in
            if live.record.state.hasProcess { live.record.sandbox = sandbox }
        }
        try store.save(container)
    }

    /// `rm --link parent/alias`: the parent forgets the name. Errors: `conflict` for a container's own name, `notFound`.
    func removeLink(_ name: String) async throws(EngineError) {
        let path = name.hasPrefix("/") ? String(name.dropFirst()) : name
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            _ = try containers.find(name)
            throw EngineError(.conflict, "Conflict, cannot remove the default name of the container")
        }
        let parent: Container
        do { parent = try containers.find(parts[0]) } catch {
            throw EngineError(.notFound, "Cannot get parent /\(parts[0]) for name /\(path)", cause: error)
        }
        guard parent.record.links?.contains(where: { $0.alias == parts[1] }) ?? false else {
            throw .noSuchContainer(name)
        }
        try await dropLinks(of: parent) { $0.alias == parts[1] }
        await relink(parent)
    }

    /// After the removal of a target: nobody knows it any more.
    func forgetLinks(to id: ContainerID) async {
        for parent in parents(of: id) {
            await attempt("forget the link of \(parent.id)") { () async throws(EngineError) in
                try await dropLinks(of: parent) { $0.target == id.description }
            }
            // Not for the removal to wait for: the parent may be busy.
            Task { await relink(parent) }
        }
    }

    private func dropLinks(
        of parent: Container, where isGone: @escaping @Sendable (LinkRecord) -> Bool
    ) async throws(EngineError) {
        parent.withLive { $0.record.links?.removeAll(where: isGone) }
        try await save(parent)
    }
}

extension ContainerTable {
    /// `/target:/parent/alias` each, as inspect shows them.
    func linkTexts(_ record: ContainerRecord) -> [String]? {
        guard let links = record.links, !links.isEmpty else { return nil }
        return links.compactMap { link in
            (try? find(link.target)).map { "/\($0.name):/\(record.name)/\(link.alias)" }
        }
    }

    /// By target: the names that others have for it, without the leading `/`.
    func linkNames() -> [String: [String]] {
        var names: [String: [String]] = [:]
        for container in all() {
            let record = container.record
            for link in record.links ?? [] { names[link.target, default: []].append("\(record.name)/\(link.alias)") }
        }
        return names
    }
}
