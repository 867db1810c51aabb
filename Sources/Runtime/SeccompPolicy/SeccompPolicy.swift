internal import LinuxSystem
public import OCIRuntime
public import Primitives
internal import Synchronization

/// Makes filters and keeps them: compiling one takes milliseconds, and most containers have the same.
public final class SeccompPolicy: Sendable {
    /// What a container asks for.
    public enum Choice: Sendable, Hashable {
        case standard
        case unconfined
        /// Docker's JSON.
        case profile(String)
    }

    private struct Key: Hashable {
        var choice: Choice
        var capabilities: Set<String>
    }

    private let host: SeccompProfile.Host
    private let cache = Mutex<[Key: [UInt8]]>([:])
    /// Keeps a client that sends ever new profiles from filling the memory.
    private static let capacity = 64

    public init(host: SeccompProfile.Host) { self.host = host }

    /// For the running kernel (`/proc/sys/kernel/osrelease`).
    public convenience init() {
        let release = (try? HostFile.read("/proc/sys/kernel/osrelease", limit: 4096)) ?? []
        let numbers = String(decoding: release, as: UTF8.self).split { !$0.isNumber }.prefix(2).map { Int($0) ?? 0 }
        self.init(
            host: SeccompProfile.Host(kernelMajor: numbers.first ?? 0, kernelMinor: numbers.dropFirst().first ?? 0))
    }

    /// The finished filter, `struct sock_filter` records for `seccomp(2)`; nil for none. `capabilities` are those of
    /// the bounding set, with `CAP_`. Blocking for milliseconds the first time. Errors: `badParameter` for a profile
    /// that is wrong, `notImplemented` for flags, listeners and SCMP_ACT_NOTIFY.
    public func filter(for choice: Choice, capabilities: some Sequence<String>) throws(EngineError) -> [UInt8]? {
        if choice == .unconfined { return nil }
        let key = Key(choice: choice, capabilities: Set(capabilities))
        if let known = cache.withLock({ $0[key] }) { return known.isEmpty ? nil : known }
        let filter = try rules(for: choice, capabilities: key.capabilities).map { rules throws(EngineError) in
            try SeccompCompiler.compile(rules)
        }
        cache.withLock { cache in
            if cache.count >= Self.capacity { cache.removeAll() }
            cache[key] = filter ?? []
        }
        return filter
    }

    /// The rules a filter is made of, for an OCI `config.json`.
    public func rules(for choice: Choice, capabilities: Set<String>) throws(EngineError) -> OCISeccomp? {
        switch choice {
        case .standard: try SeccompProfile.standard.resolved(capabilities: capabilities, host: host)
        case .unconfined: nil
        case .profile(let json):
            try SeccompProfile(parsing: Array(json.utf8)).resolved(capabilities: capabilities, host: host)
        }
    }
}
