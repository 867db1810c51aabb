internal import ImageStore
public import APIModel
public import Primitives

extension Engine {
    public func list(_ query: ContainerQuery) async throws(EngineError) -> [ContainerSummary] {
        let filter = try ContainerFilter(query.filters)
        let now = Timestamp.now()
        var rows: [ContainerSummary] = []
        var current: [String: String] = [:]
        let linkNames = containers.linkNames()
        for record in try selected(query, filter) {
            var row = ContainerSummary(record, image: imageName(of: record, &current), now: now)
            row.names += (linkNames[record.id] ?? []).sorted().map { "/" + $0 }
            row.networkSettings.networks = NetworkView(networks: networks, record: record).endpoints
            if query.size { (row.sizeRw, row.sizeRootFs) = try await sizes(of: record) }
            rows.append(row)
        }
        return rows
    }

    /// Newest first, after filters and bounds.
    private func selected(_ query: ContainerQuery, _ filter: ContainerFilter) throws(EngineError) -> [ContainerRecord] {
        let bounds = try bounds(query)
        let all = query.all || query.limit > 0 || bounds.any || filter.impliesAll
        var records: [ContainerRecord] = []
        for container in containers.all() {
            let record = container.record
            guard all || record.state.isRunning, bounds.contains(record) else { continue }
            guard filter.matches(record, imageMatches: matchesAncestor) else { continue }
            records.append(record)
            if query.limit > 0 && records.count == query.limit { break }
        }
        return records
    }

    private struct Bounds {
        var after: (Timestamp, String)?
        var before: (Timestamp, String)?
        var any: Bool { after != nil || before != nil }

        func contains(_ record: ContainerRecord) -> Bool {
            if let after, record.created <= after.0 || record.id == after.1 { return false }
            if let before, record.created >= before.0 || record.id == before.1 { return false }
            return true
        }
    }

    private func bounds(_ query: ContainerQuery) throws(EngineError) -> Bounds {
        var bounds = Bounds()
        if let name = query.since ?? query.filters["since"].first {
            let record = try containers.find(name).record
            bounds.after = (record.created, record.id)
        }
        if let name = query.before ?? query.filters["before"].first {
            let record = try containers.find(name).record
            bounds.before = (record.created, record.id)
        }
        return bounds
    }

    private func matchesAncestor(_ record: ContainerRecord, _ name: String) -> Bool {
        guard let image = try? images.resolve(name) else { return false }
        return images.isImage(record.imageID, descendedFrom: image.id)
    }

    /// The name it was made from; the id once that name stands for another image. `current` remembers what names
    /// stand for during one call.
    private func imageName(of record: ContainerRecord, _ current: inout [String: String]) -> String {
        let id = current[record.imageName] ?? (try? images.resolve(record.imageName).id.description) ?? ""
        current[record.imageName] = id
        return id == record.imageID ? record.imageName : record.imageID
    }

    func sizes(of record: ContainerRecord) async throws(EngineError) -> (rw: Int64, root: Int64) {
        try await workers.run { [images] in
            let written = (try? images.size(containerLayer: record.id)) ?? -1
            let image = (try? images.resolve(record.imageID).size) ?? 0
            return (written, image.addingClamped(max(0, written)))
        }
    }
}

extension ContainerSummary {
    init(_ record: ContainerRecord, image: String, now: Timestamp) {
        self.init(id: record.id)
        names = ["/" + record.name]
        self.image = image
        imageID = record.imageID
        command = CommandText.text(path: record.path, arguments: record.arguments)
        created = record.created.nanoseconds / 1_000_000_000
        ports = PortTable.summaries(of: record)
        labels = record.config.labels ?? [:]
        state = record.state.statusName
        status = StatusText.text(for: record.state, now: now)
        hostConfig.networkMode = record.hostConfig.networkMode
        hostConfig.annotations = record.hostConfig.annotations
        mounts = record.mounts.filter { $0.kind != .tmpfs }.map(MountPoint.init)
    }
}
