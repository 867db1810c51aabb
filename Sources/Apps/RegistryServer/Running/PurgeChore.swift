internal import Logging
internal import Primitives
internal import RegistryStorage

/// Takes away, from time to time, uploads that nobody goes on with.
struct PurgeChore: Sendable {
    private let settings: StorageSettings.Purging
    private let store: RegistryStore
    private let logger: Logger

    init(_ settings: StorageSettings.Purging, store: RegistryStore, logger: Logger) {
        self.settings = settings
        self.store = store
        self.logger = logger
    }

    /// Until its task is cancelled. Waits a while first, at random, so that several servers don't all begin at once.
    func run() async {
        var pause = min(settings.interval, .seconds(60)) * Double.random(in: 0..<1)
        while (try? await Task.sleep(for: pause)) != nil {
            do {
                let purged = try await store.purgeUploads(olderThan: settings.age, dryRun: settings.isDryRun)
                logger.info("uploads purged", metadata: ["count": "\(purged.count)", "dryrun": "\(settings.isDryRun)"])
            } catch {
                logger.error("the purge of uploads failed", metadata: ["err": "\(error)"])
            }
            pause = settings.interval
        }
    }
}
