internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// Keeps sandboxes ready, made ahead on a thread of its own, so that a container's start does not wait for the kernel.
final class SandboxPool: Sendable {
    private struct State {
        var ready: [Sandbox.Kind: [Sandbox]] = [:]
        /// Kinds that are kept ready because they were asked for last, the latest first.
        var recent: [Sandbox.Kind] = []
        var isRefilling = false
        var isClosed = false
    }

    private let maker: SandboxMaker
    private let size: Int
    private let state = Mutex(State())
    /// Held while one is made: `close` waits for it.
    private let making = Mutex<Void>(())
    private let thread = WorkerPool(maximumThreads: 1, idleSeconds: 1)

    init(maker: SandboxMaker, size: Int) {
        self.maker = maker
        self.size = size
    }

    /// A sandbox of the kind: one that is ready, or a new one. To be followed by `refill` once it has been put to use:
    /// links are made and changed one at a time by the kernel.
    func take(_ kind: Sandbox.Kind) throws(EngineError) -> Sandbox {
        if let ready = state.withLock({ $0.ready[kind]?.popLast() }) { return ready }
        return try maker.make(kind)
    }

    /// Networks of one's own come and go: sandboxes are kept ready for those used last.
    private static let recentKinds = 3

    /// Keeps this kind ready too, in the place of the one that was asked for longest ago.
    func remember(_ kind: Sandbox.Kind) {
        let rest = state.withLock { state -> [Sandbox] in
            state.recent.removeAll { $0 == kind }
            state.recent.insert(kind, at: 0)
            if state.ready[kind] == nil { state.ready[kind] = [] }
            guard state.recent.count > Self.recentKinds, let old = state.recent.popLast() else { return [] }
            return state.ready.removeValue(forKey: old) ?? []
        }
        for sandbox in rest { maker.remove(sandbox) }
    }

    /// Removes what is ready of kinds on a link that goes away.
    func drop(_ link: LinkSource) {
        let rest = making.withLock { _ in
            state.withLock { state in
                state.recent.removeAll { $0.link == link }
                let kinds = state.ready.keys.filter { $0.link == link }
                return kinds.flatMap { state.ready.removeValue(forKey: $0) ?? [] }
            }
        }
        for sandbox in rest { maker.remove(sandbox) }
    }

    /// Brings these kinds, and those asked for before, up to number, in the background.
    func refill(_ kinds: [Sandbox.Kind] = []) {
        let starts = state.withLock { state in
            for kind in kinds where state.ready[kind] == nil { state.ready[kind] = [] }
            defer { state.isRefilling = true }
            return !state.isRefilling && !state.isClosed && size > 0
        }
        if starts { thread.submit { [self] in fill() } }
    }

    private func fill() {
        while let kind = missing() {
            let goesOn = making.withLock { _ in
                if state.withLock({ $0.isClosed }) { return false }
                // An error comes back when a container asks for one and the pool is empty.
                guard let sandbox = try? maker.make(kind) else { return false }
                // Dropped meanwhile: nobody asks for its kind any more.
                let isWanted = state.withLock { state in
                    state.ready[kind]?.append(sandbox)
                    return state.ready[kind] != nil
                }
                if !isWanted { maker.remove(sandbox) }
                return true
            }
            if !goesOn { break }
        }
        state.withLock { $0.isRefilling = false }
    }

    /// The kind that lacks most.
    private func missing() -> Sandbox.Kind? {
        state.withLock { state in
            guard let fewest = state.ready.min(by: { $0.value.count < $1.value.count }), fewest.value.count < size
            else {
                state.isRefilling = false
                return nil
            }
            return fewest.key
        }
    }

    /// How many are ready.
    var count: Int { state.withLock { $0.ready.values.reduce(0) { $0 + $1.count } } }

    /// Removes what is ready and makes no more.
    func close() {
        state.withLock { $0.isClosed = true }
        let rest = making.withLock { _ in
            state.withLock { state in
                defer { state.ready = [:] }
                return state.ready.values.flatMap(\.self)
            }
        }
        for sandbox in rest { maker.remove(sandbox) }
    }
}
