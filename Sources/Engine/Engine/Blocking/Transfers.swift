internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// Threads for what waits for somebody else: a client or a registry may take its time, or never go on.
///
/// Who is let in has a thread at once. Nobody waits for one, as those before may never end: who is too many is told so.
final class Transfers: Sendable {
    private let most: Int
    private let pool: WorkerPool
    private let underWay = Mutex(0)

    init(most: Int = 128) {
        self.most = most
        pool = WorkerPool(maximumThreads: most)
    }

    /// Runs a body that may block for long, off the cooperative pool. Errors: its own; `unavailable` when there are too many.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws(EngineError) -> Value {
        try begin()
        defer { end() }
        return try await pool.run(body)
    }

    /// The same, behind the caller. Errors: `unavailable`; the body does not run then.
    func submit(_ body: @escaping @Sendable () -> Void) throws(EngineError) {
        try begin()
        pool.submit { [self] in
            body()
            end()
        }
    }

    private func begin() throws(EngineError) {
        let isFree = underWay.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard isFree else { throw EngineError(.unavailable, "too many transfers: \(most) are under way") }
    }

    private func end() { underWay.withLock { $0 -= 1 } }
}
