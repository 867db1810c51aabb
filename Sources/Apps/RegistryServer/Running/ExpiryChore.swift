internal import Logging
internal import Primitives
internal import RegistryStorage

/// Takes away what a mirror fetched longer ago than its lifetime, and then the bytes that nothing refers to any more.
struct ExpiryChore: Sendable {
    private let lifetime: Duration
    private let store: RegistryStore
    private let logger: Logger

    init(lifetime: Duration, store: RegistryStore, logger: Logger) {
        self.lifetime = lifetime
        self.store = store
        self.logger = logger
    }

    /// Until its task is cancelled.
    func run() async {
        let pause = min(lifetime, .seconds(3600))
        while (try? await Task.sleep(for: pause)) != nil {
            do {
                let count = try await store.expireMirrored(after: lifetime)
                guard count > 0 else { continue }
                var options = GarbageCollection.Options()
                options.grace = pause
                let report = try await GarbageCollection(store: store, options: options).run()
                logger.info("mirrored content expired", metadata: ["links": "\(count)", "bytes": "\(report.bytes)"])
            } catch {
                logger.error("the expiry of mirrored content failed", metadata: ["err": "\(error)"])
            }
        }
    }
}
