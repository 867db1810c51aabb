internal import Dispatch
internal import Synchronization

/// One value handed from one thread to another that waits for it. Not for the cooperative pool.
final class Answer<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ value: Value) {
        self.value.withLock { $0 = value }
        given.signal()
    }

    /// Nil when nothing came in time.
    func wait(seconds: Int) -> Value? {
        guard given.wait(timeout: .now() + .seconds(seconds)) == .success else { return nil }
        return value.withLock { $0 }
    }
}
