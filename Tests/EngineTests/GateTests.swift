import Synchronization
import Testing

@testable import Engine

@Suite struct GateTests {
    @Test func letsOneInAtATime() async {
        let gate = Gate()
        let inside = Mutex(0)
        let most = Mutex(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await gate.withGate {
                        let now = inside.withLock { value in
                            value += 1
                            return value
                        }
                        most.withLock { $0 = max($0, now) }
                        await Task.yield()
                        inside.withLock { $0 -= 1 }
                    }
                }
            }
        }
        #expect(most.withLock { $0 } == 1)
    }
}
