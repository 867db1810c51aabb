internal import GRDB
public import GraphDrivers
internal import ImageModel
internal import LayerFS
public import LinuxSystem
public import Primitives
internal import Synchronization

/// Images, their layers and names, and the writable layers of containers.
///
/// All methods block and may be called from any thread. Reading never waits for a load or a removal: changes are made
/// on a draft, written to the database, and published at once.
/// Layers are shared by all images that begin with the same layers, and removed when nothing stands on them any more.
public final class ImageStore: Sendable {
    let folder: StoreFolder
    let driver: any GraphDriver
    let database: StoreDatabase
    /// Stacks that a running operation needs though nothing refers to them yet.
    let pins = Pins()
    /// Images that a running operation needs: see `KeptImages`.
    let imagePins = Pins()
    /// This boot of the machine; nil where it has no name, and layers are not marked.
    let boot: String?
    /// Whether the bytes of pulled layers are kept from now on: see `PulledBytes`.
    let keepsPulled: Bool
    private let layerSync: LayerSync
    /// What was found and done at the start, one sentence each, for the log.
    public let notices: [String]

    private let published: Mutex<ImageTable>
    /// Containers whose layer is gone but whose row had no room to go: see `forgetContainer`.
    let unforgotten = Mutex<[String: Digest?]>([:])
    /// Held while a change is prepared and written, so that drafts follow each other.
    private let writing = Mutex(())

    /// Opens the store under `root`, cleans up what a crash left, and sets aside (under `<root>/lost`) what cannot be
    /// read. One process at a time may have it open; the caller sees to that.
    ///
    /// `boot` names the machine's run (`BootID`): layers whose files were not on disk when an earlier one ended are set
    /// aside. `keepsPulled`: layers can be pushed as they were pulled, for room on the disk.
    public init(
        root: String, driver: any GraphDriver, boot: String? = BootID.current, keepsPulled: Bool = true
    ) throws(EngineError) {
        do {
            let folder = try StoreFolder(root: root, driver: driver.name)
            var startup = Startup(folder: folder, driver: driver, boot: boot)
            database = try startup.openDatabase()
            published = Mutex(try startup.readTable(database))
            try startup.removeLeftovers(database)
            notices = startup.notices
            self.folder = folder
            self.driver = driver
            self.boot = boot
            self.keepsPulled = keepsPulled
            layerSync = LayerSync(folders: [root, "\(root)/\(driver.name)"])
        } catch {
            throw storeError(error)
        }
        driver.whenFull { [folder] in folder.dropPulled() }
        sync(layers: table.layers.values.filter { $0.unsyncedBoot != nil }.map(\.chainID))
    }

    /// Has the files of new layers written to disk, and then says so in their rows. Returns at once.
    func sync(layers: [Digest]) {
        layerSync.schedule(layers) { [weak self] safe in
            _ = try? self?.change(isDurable: false) { table in
                for chainID in safe {
                    guard var row = table.layers[chainID] else { continue }
                    row.unsyncedBoot = nil
                    table.put(layer: row)
                }
            }
        }
    }

    public var driverName: String { driver.name }
    /// Rows for `docker info`.
    public var driverStatus: [(String, String)] { driver.status() }

    /// The table as it is now.
    var table: ImageTable { published.withLock { $0 } }

    /// Runs `edit` on a draft, saves what it changed, publishes. Nothing happens if `edit` or the database throws.
    func change<Result: Sendable>(
        isDurable: Bool = true, _ edit: (inout ImageTable) throws -> Result
    ) throws(EngineError) -> Result {
        do {
            return try writing.withLock { _ in
                var draft = table
                let result = try edit(&draft)
                let changes = draft.takeChanges()
                if !changes.isEmpty {
                    try commit(changes, isDurable: isDurable)
                    let finished = draft
                    published.withLock { $0 = finished }
                }
                return result
            }
        } catch {
            throw storeError(error)
        }
    }
}

extension ImageStore {
    private static func isFull(_ error: any Error) -> Bool {
        (error as? DatabaseError)?.resultCode == .SQLITE_FULL
    }

    /// Again when the disk was full: removed layers may have lain on it, whoever took them away.
    private func commit(_ changes: [ImageTable.Change], isDurable: Bool) throws {
        try room.trying(isFull: Self.isFull) {
            try database.commit(changes, isDurable: isDurable)
        }
    }
}

/// Errors of lower planes in the engine's form.
func storeError(_ error: any Error) -> EngineError {
    switch error {
    case let error as EngineError: error
    case let error as SystemError: EngineError(.internal, "\(error)", cause: error)
    case let error as DatabaseError where error.resultCode == .SQLITE_FULL:
        EngineError(.internal, "write the image database: no space left on device", cause: error)
    case let error as DatabaseError: EngineError(.internal, "the image database: \(error)", cause: error)
    default: EngineError(.internal, "\(error)", cause: error)
    }
}
