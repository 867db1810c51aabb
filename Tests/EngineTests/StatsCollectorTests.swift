import APIModel
import Primitives
import Synchronization
import Testing

@testable import Engine

@Suite struct StatsCollectorTests {
    /// The time between two samples, which passes when it is told to.
    private final class Beat: Sendable {
        private let (beats, continuation) = AsyncStream<Void>.makeStream()

        func pause() async { for await _ in beats { return } }
        func pass() { continuation.yield() }
        /// From now on no pause lasts.
        func end() { continuation.finish() }
    }

    /// Numbers the samples it gives.
    private final class Source: Sendable {
        private let taken = Mutex(0)

        var count: Int { taken.withLock(\.self) }

        func next() -> ContainerStats {
            let number = taken.withLock { taken in
                taken += 1
                return taken
            }
            return ContainerStats(name: "/web", id: "c0ffee", read: "\(number)")
        }
    }

    private let id = ContainerID.random()
    private let beat = Beat()
    private let source = Source()

    private func collector() -> StatsCollector { StatsCollector { [beat] in await beat.pause() } }

    private func settle(_ collector: StatsCollector) async {
        beat.end()
        while collector.count > 0 { await Task.yield() }
    }

    @Test func everybodyGetsTheSameSamples() async {
        let collector = collector()
        let (first, firstSamples) = collector.watch(id) { [source] in source.next() }
        var mine = firstSamples.makeAsyncIterator()
        #expect(await mine.next()?.read == "1")
        let (second, secondSamples) = collector.watch(id) { [source] in source.next() }
        var theirs = secondSamples.makeAsyncIterator()
        #expect(await theirs.next()?.read == "1")
        beat.pass()
        #expect(await mine.next()?.read == "2")
        #expect(await theirs.next()?.read == "2")
        collector.leave(id, first)
        collector.leave(id, second)
        await settle(collector)
        #expect(source.count == 2)
    }

    @Test func nothingIsSampledForNobody() async {
        let collector = collector()
        let (key, samples) = collector.watch(id) { [source] in source.next() }
        var iterator = samples.makeAsyncIterator()
        _ = await iterator.next()
        collector.leave(id, key)
        #expect(await iterator.next() == nil)
        await settle(collector)
        #expect(source.count == 1)
    }

    @Test func whoComesBackStartsALoopAgain() async {
        let collector = collector()
        let (key, samples) = collector.watch(id) { [source] in source.next() }
        for await _ in samples { break }
        collector.leave(id, key)
        beat.pass()
        while collector.count > 0 { await Task.yield() }
        let (next, again) = collector.watch(id) { [source] in source.next() }
        var iterator = again.makeAsyncIterator()
        #expect(await iterator.next()?.read == "2")
        collector.leave(id, next)
        await settle(collector)
    }

    @Test func whoIsSlowGetsTheNewest() async {
        let collector = collector()
        let (quick, quickSamples) = collector.watch(id) { [source] in source.next() }
        let (slow, slowSamples) = collector.watch(id) { [source] in source.next() }
        var iterator = quickSamples.makeAsyncIterator()
        for _ in 1...3 {
            _ = await iterator.next()
            beat.pass()
        }
        #expect(await iterator.next()?.read == "4")
        var late = slowSamples.makeAsyncIterator()
        #expect(await late.next()?.read == "4")
        collector.leave(id, quick)
        collector.leave(id, slow)
        await settle(collector)
    }

    @Test func theEndOfAContainerEndsItsWatchers() async {
        let collector = collector()
        let streams = (1...2).map { _ in collector.watch(id) { [source] in source.next() }.samples }
        collector.end(id)
        for stream in streams { for await _ in stream {} }
        #expect(collector.count == 0)
        beat.end()
    }

    @Test func aSampleFollowsTheOneBefore() {
        var first = ContainerStats(name: "/web", id: "c0ffee", read: "2026-01-01T00:00:00Z")
        first.cpu.usage.total = 7
        let second = ContainerStats(name: "/web", id: "c0ffee", read: "2026-01-01T00:00:01Z")
        #expect(first.following(nil).previousRead == "0001-01-01T00:00:00Z")
        #expect(second.following(first).previousRead == first.read && second.following(first).previousCPU == first.cpu)
    }
}
