public import APIModel
public import Primitives

extension Engine {
    public func wait(_ name: String, until condition: WaitCondition) async throws(EngineError) -> PendingWait {
        let container = try containers.find(name)
        let (stream, continuation) = AsyncStream<ContainerWaited>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let ended = container.withLive { live -> ContainerWaited? in
            let state = live.record.state
            if condition == .notRunning && !state.isRunning && state.phase != .starting {
                return ContainerWaited(statusCode: state.exitCode)
            }
            let key = live.nextWaiter
            live.nextWaiter += 1
            live.waiters[key] = Container.Waiter(condition: condition, continuation: continuation)
            continuation.onTermination = { [weak container] _ in
                container?.withLive { $0.waiters[key] = nil }
            }
            return nil
        }
        if let ended { return PendingWait { () throws(EngineError) in ended } }
        return PendingWait { () throws(EngineError) in
            for await outcome in stream { return outcome }
            throw EngineError(.unavailable, "the wait was given up")
        }
    }
}

extension Container {
    /// Answers everybody who waits for one of `conditions`. Call without the lock.
    func answerWaiters(_ conditions: Set<WaitCondition>, _ outcome: ContainerWaited) {
        let due = withLive { live -> [AsyncStream<ContainerWaited>.Continuation] in
            let keys = live.waiters.filter { conditions.contains($0.value.condition) }.map(\.key)
            return keys.compactMap { live.waiters.removeValue(forKey: $0)?.continuation }
        }
        for continuation in due {
            continuation.yield(outcome)
            continuation.finish()
        }
    }
}
