public import APIModel
public import Primitives
internal import Synchronization

extension Engine {
    public func stats(_ name: String, isPrimed: Bool) async throws(EngineError) -> ContainerStats {
        let container = try containers.find(name)
        guard isPrimed, container.state.hasProcess else { return await sample(container) }
        let watch = StatsWatch(of: container, by: self)
        var samples = watch.samples.makeAsyncIterator()
        guard let first = await samples.next(), let second = await samples.next() else {
            throw .noSuchContainer(name)
        }
        return second.following(first)
    }

    public func watchStats(_ name: String) async throws(EngineError) -> AsyncStream<ContainerStats> {
        let watch = StatsWatch(of: try containers.find(name), by: self)
        let previous = Mutex<ContainerStats?>(nil)
        return AsyncStream {
            for await sample in watch.samples {
                return previous.withLock { previous in
                    defer { previous = sample }
                    return sample.following(previous)
                }
            }
            return nil
        }
    }
}

/// Watches a container until the last reference to it is gone.
private final class StatsWatch: Sendable {
    let samples: AsyncStream<ContainerStats>
    private let collector: StatsCollector
    private let id: ContainerID
    private let key: Int

    init(of container: Container, by engine: Engine) {
        collector = engine.statsCollector
        id = container.id
        (key, samples) = collector.watch(id) { await engine.sample(container) }
        // It may have been removed since it was looked up, and the collector told of that before.
        if container.state.phase == .removing { collector.end(id) }
    }

    deinit { collector.leave(id, key) }
}
