internal import APIModel
internal import Primitives
internal import Synchronization

/// Takes samples of containers that somebody watches: one loop a container, however many watch.
///
/// A loop begins with the first watcher and ends within an interval of the last one's leaving. Who is slow misses samples
/// and gets the newest.
final class StatsCollector: Sendable {
    typealias Sampler = @Sendable () async -> ContainerStats

    private struct Watched {
        var last: ContainerStats?
        var watchers: [Int: AsyncStream<ContainerStats>.Continuation] = [:]
    }

    private struct State {
        var watched: [ContainerID: Watched] = [:]
        var nextWatcher = 0
    }

    private let state = Mutex(State())
    private let pause: @Sendable () async -> Void

    /// `pause` is what lies between two samples.
    init(pause: @escaping @Sendable () async -> Void = { try? await Task.sleep(for: .seconds(1)) }) {
        self.pause = pause
    }

    /// How many containers have a loop.
    var count: Int { state.withLock { $0.watched.count } }

    /// The first sample comes at once. Give `leave` the key when the stream is not read any more.
    func watch(
        _ id: ContainerID, _ sample: @escaping Sampler
    ) -> (key: Int, samples: AsyncStream<ContainerStats>) {
        let (samples, continuation) = AsyncStream<ContainerStats>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (key, isFirst) = state.withLock { state -> (Int, Bool) in
            state.nextWatcher += 1
            let isFirst = state.watched[id] == nil
            // Not older than an interval.
            if let last = state.watched[id]?.last { continuation.yield(last) }
            state.watched[id, default: Watched()].watchers[state.nextWatcher] = continuation
            return (state.nextWatcher, isFirst)
        }
        // Ends when nobody watches.
        if isFirst { Task { await run(id, sample) } }
        return (key, samples)
    }

    func leave(_ id: ContainerID, _ key: Int) {
        state.withLock { $0.watched[id]?.watchers.removeValue(forKey: key) }?.finish()
    }

    /// The container is gone: so is everybody who watched it.
    func end(_ id: ContainerID) {
        let watchers = state.withLock { $0.watched.removeValue(forKey: id) }?.watchers ?? [:]
        for watcher in watchers.values { watcher.finish() }
    }

    private func run(_ id: ContainerID, _ sample: Sampler) async {
        while isWanted(id) {
            let sample = await sample()
            state.withLock { state in
                state.watched[id]?.last = sample
                for watcher in state.watched[id]?.watchers.values.map(\.self) ?? [] { watcher.yield(sample) }
            }
            await pause()
        }
    }

    /// Forgets a container whom nobody watches: the next watcher starts a loop again.
    private func isWanted(_ id: ContainerID) -> Bool {
        state.withLock { state in
            guard let watched = state.watched[id] else { return false }
            if watched.watchers.isEmpty { state.watched[id] = nil }
            return !watched.watchers.isEmpty
        }
    }
}
