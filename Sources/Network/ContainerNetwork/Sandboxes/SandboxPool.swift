internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// Keeps sandboxes ready, made ahead on a thread of its own, so that a container's start does not wait for the kernel.
final class SandboxPool: Sendable {
    private struct State {
        var ready: [SandboxMaker.Port?: [Sandbox]] = [:]
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

    /// A sandbox with a cable to `port`, or with none: one that is ready, or a new one. To be followed by `refill` once
    /// it has been put to use: links are made and changed one at a time by the kernel.
    func take(_ port: SandboxMaker.Port?) throws(EngineError) -> Sandbox {
        if let ready = state.withLock({ $0.ready[port]?.popLast() }) { return ready }
        return try maker.make(port)
    }

    /// Brings these kinds, and those asked for before, up to number, in the background.
    func refill(_ ports: [SandboxMaker.Port?] = []) {
        let starts = state.withLock { state in
            for port in ports where state.ready[port] == nil { state.ready[port] = [] }
            defer { state.isRefilling = true }
            return !state.isRefilling && !state.isClosed && size > 0
        }
        if starts { thread.submit { [self] in fill() } }
    }

    private func fill() {
        while let port = missing() {
            let goesOn = making.withLock { _ in
                if state.withLock({ $0.isClosed }) { return false }
                // An error comes back when a container asks for one and the pool is empty.
                guard let sandbox = try? maker.make(port) else { return false }
                state.withLock { $0.ready[port, default: []].append(sandbox) }
                return true
            }
            if !goesOn { break }
        }
        state.withLock { $0.isRefilling = false }
    }

    /// The kind that lacks most.
    private func missing() -> SandboxMaker.Port?? {
        state.withLock { state in
            guard let fewest = state.ready.min(by: { $0.value.count < $1.value.count }), fewest.value.count < size
            else {
                state.isRefilling = false
                return nil
            }
            return .some(fewest.key)
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
