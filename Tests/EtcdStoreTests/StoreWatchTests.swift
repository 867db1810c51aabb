import Dispatch
import KeyValueStore
import Testing

@Suite struct StoreWatchTests {
    @Test func tellsInOrderAndThenTheEnd() {
        let watch = StoreWatch()
        watch.tell([])
        watch.tell([.deleted("a")])
        watch.tell([.deleted("b"), .deleted("c")])
        watch.end("first")
        watch.end("second")
        watch.tell([.deleted("d")])
        #expect(watch.next(milliseconds: 0) == .changes([.deleted("a")]))
        #expect(watch.next(milliseconds: 0) == .changes([.deleted("b"), .deleted("c")]))
        #expect(watch.next(milliseconds: 0) == .ended("first"))
        #expect(watch.next(milliseconds: 0) == .ended("first"))
    }

    @Test func waitsForNewsThoughOthersWereTakenUnasked() {
        let watch = StoreWatch()
        for _ in 0..<3 { watch.tell([.deleted("a")]) }
        for _ in 0..<3 { #expect(watch.next(milliseconds: 0) == .changes([.deleted("a")])) }
        DispatchQueue.global().async { watch.tell([.deleted("b")]) }
        #expect(watch.next(milliseconds: 60_000) == .changes([.deleted("b")]))
        #expect(watch.next(milliseconds: 0) == .quiet)
        watch.wake()
        #expect(watch.next(milliseconds: 60_000) == .quiet)
    }

    @Test func keepsNoMoreThanItCanHold() {
        let watch = StoreWatch()
        for _ in 0..<70_000 { watch.tell([.deleted("a")]) }
        #expect(watch.next(milliseconds: 0) == .ended("too much happened at once"))
    }
}
