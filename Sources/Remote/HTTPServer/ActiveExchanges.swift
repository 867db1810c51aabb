internal import Synchronization

/// Counts the requests that are being answered, so that an orderly end can wait for them.
final class ActiveExchanges: Sendable {
    private let count = Atomic<Int>(0)
    private let watch: QuietWatch?

    init(watch: QuietWatch? = nil) { self.watch = watch }

    func began() {
        count.add(1, ordering: .relaxed)
        watch?.note()
    }

    func ended() {
        count.subtract(1, ordering: .relaxed)
        watch?.note()
    }

    /// Waits until there is none, at most for `grace`.
    func drain(for grace: Duration) async {
        let end = ContinuousClock.now + grace
        while count.load(ordering: .relaxed) > 0, ContinuousClock.now < end {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }
}
