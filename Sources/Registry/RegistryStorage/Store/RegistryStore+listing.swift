internal import Primitives

/// A part of a list in order, and whether there is more behind it.
public struct Page: Sendable, Hashable {
    public var names: [String]
    public var hasMore: Bool

    public init(names: [String] = [], hasMore: Bool = false) {
        self.names = names
        self.hasMore = hasMore
    }
}

extension RegistryStore {
    /// The tags of a repository after `last`, in byte order. Errors: `NAME_UNKNOWN`.
    public func tags(in name: RepositoryName, after last: String?, limit: Int?) async throws(RegistryError) -> Page {
        try await storing(missing: .nameUnknown) { () async throws(EngineError) in
            _ = try await driver.entry(Layout.repository(name).appending("_manifests"))
            var page = Page()
            for tag in try await driver.namesIfAny(in: Layout.tags(name)) where ImageReference.isTag(tag) {
                if let last, !last.utf8.lexicographicallyPrecedes(tag.utf8) { continue }
                // A folder that a crash left half removed is no tag.
                guard try await driver.exists(Layout.current(name, tag)) else { continue }
                if let limit, page.names.count == limit {
                    page.hasMore = true
                    break
                }
                page.names.append(tag)
            }
            return page
        }
    }

    /// Repositories after `last`, in the order of `RepositoryName.precedes`.
    public func repositories(after last: String?, limit: Int) async throws(RegistryError) -> Page {
        var page = Page()
        try await storing { () async throws(EngineError) in
            try await walk(Layout.repositories, "", after: last, limit, &page)
        }
        return page
    }

    private func walk(
        _ folder: StoragePath, _ prefix: String, after last: String?, _ limit: Int, _ page: inout Page
    ) async throws(EngineError) {
        for part in try await driver.namesIfAny(in: folder) where !part.hasPrefix("_") && !page.hasMore {
            let name = prefix + part
            guard (try? RepositoryName(parsing: name)) != nil else { continue }
            if let last, !RepositoryName.precedes(last, name), !last.hasPrefix(name + "/"), last != name { continue }
            let path = folder.appending(part)
            if last.map({ RepositoryName.precedes($0, name) }) ?? true, try await isRepository(path) {
                if page.names.count == limit { page.hasMore = true } else { page.names.append(name) }
            }
            if !page.hasMore { try await walk(path, name + "/", after: last, limit, &page) }
        }
    }

    private func isRepository(_ path: StoragePath) async throws(EngineError) -> Bool {
        if try await driver.exists(path.appending("_manifests")) { return true }
        return try await driver.exists(path.appending("_layers"))
    }

    /// Every repository, for collections and purges.
    func allRepositories() async throws(RegistryError) -> [RepositoryName] {
        try await repositories(after: nil, limit: .max).names.map { text throws(RegistryError) in
            try RepositoryName(parsing: text)
        }
    }
}
