internal import Dockerfile
internal import Primitives

extension CacheFolders {
    /// The folders that one command needs, by their names, each once however many of its mounts show it. They come in the
    /// order of their names, so that two commands never wait for each other. Errors: `unavailable` when the task is
    /// cancelled; then none is taken.
    func leases(of mounts: [RunMount]) async throws(EngineError) -> [String: Lease] {
        var leases: [String: Lease] = [:]
        do throws(EngineError) {
            for (name, sharing) in Self.wanted(by: mounts).sorted(by: { $0.key < $1.key }) {
                leases[name] = try await lease(name, sharing)
            }
        } catch {
            for lease in leases.values { lease.release() }
            throw error
        }
        return leases
    }

    /// Of several mounts of one folder the strictest says how it is shared.
    private static func wanted(by mounts: [RunMount]) -> [String: RunMount.Sharing] {
        var wanted: [String: RunMount.Sharing] = [:]
        for mount in mounts where mount.kind == .cache {
            let sharing = mount.sharing ?? .shared
            let other = wanted[mount.cacheName] ?? .shared
            wanted[mount.cacheName] = sharing.strictness > other.strictness ? sharing : other
        }
        return wanted
    }
}

extension RunMount {
    /// What a cache is called: by its place where it has no name.
    var cacheName: String { id.isEmpty ? place : id }
    /// Where it is in the container.
    var place: String { SlashPath.joined("/", target) }
}

extension RunMount.Sharing {
    fileprivate var strictness: Int {
        switch self {
        case .shared: 0
        case .private: 1
        case .locked: 2
        }
    }
}
