internal import Primitives

extension RegistryStore {
    /// Takes away uploads that began longer ago, and were not written to since; what they are called. Those that are being
    /// written in this process stay.
    public func purgeUploads(olderThan age: Duration, dryRun: Bool = false) async throws(RegistryError) -> [String] {
        let now = Timestamp.now()
        var purged: [String] = []
        for name in try await repositoriesWithUploads() {
            let ids = try await storing { () async throws(EngineError) in
                try await driver.namesIfAny(in: Layout.uploads(name))
            }
            for id in ids.compactMap(UploadID.init) {
                guard try await isStale(id, name, since: now, age), let lease = sessions.take(id) else { continue }
                defer { withExtendedLifetime(lease) {} }
                // Now that nobody can begin to write it.
                guard try await isStale(id, name, since: now, age) else { continue }
                purged.append("\(name)/\(id)")
                if dryRun { continue }
                sessions.keep(nil, for: id)
                try await storing { () async throws(EngineError) in
                    try await driver.removeIfAny(Layout.upload(name, id))
                }
            }
        }
        return purged
    }

    private func isStale(
        _ id: UploadID, _ name: RepositoryName, since now: Timestamp, _ age: Duration
    ) async throws(RegistryError) -> Bool {
        try await storing { () async throws(EngineError) in
            let data = Layout.uploadData(name, id)
            for path in [Layout.uploadStart(name, id), data, Layout.upload(name, id)] {
                do throws(EngineError) {
                    let entry = try await path == data ? driver.unfinished(path) : driver.entry(path)
                    if !entry.isFolder || path == Layout.upload(name, id), now.since(entry.modified) < age {
                        return false
                    }
                } catch {
                    if error.kind != .notFound { throw error }
                }
            }
            return true
        }
    }

    /// One that was never pushed to its end is no repository yet, but has uploads.
    private func repositoriesWithUploads() async throws(RegistryError) -> [RepositoryName] {
        var found: [RepositoryName] = []
        try await storing { () async throws(EngineError) in try await findUploads(Layout.repositories, "", &found) }
        return found
    }

    private func findUploads(
        _ folder: StoragePath, _ prefix: String, _ found: inout [RepositoryName]
    ) async throws(EngineError) {
        for part in try await driver.namesIfAny(in: folder) {
            if part == "_uploads", let name = try? RepositoryName(parsing: String(prefix.dropLast())) {
                found.append(name)
            }
            guard !part.hasPrefix("_"), (try? RepositoryName(parsing: prefix + part)) != nil else { continue }
            try await findUploads(folder.appending(part), prefix + part + "/", &found)
        }
    }
}
