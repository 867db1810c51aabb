internal import GRDB
internal import GraphDrivers
internal import ImageModel
internal import LinuxSystem
internal import Primitives

/// Opening the store: read what is there, remove what a crash left half-done, set aside what cannot be read.
struct Startup {
    let folder: StoreFolder
    let driver: any GraphDriver
    /// This boot of the machine.
    let boot: String?
    /// Seconds to wait for another process that writes to the database.
    let patience: Double
    private(set) var notices: [String] = []

    init(folder: StoreFolder, driver: any GraphDriver, boot: String?, patience: Double = 5) {
        self.folder = folder
        self.driver = driver
        self.boot = boot
        self.patience = patience
    }

    /// A damaged database is moved away; on any other error it stays, and the engine does not start. The layers that a
    /// lost one knew of are kept for ever: nobody can say whose they are.
    mutating func openDatabase() throws -> StoreDatabase {
        // The end may have come in the middle of this: SQLite would delete what belongs to a file that is gone.
        if !HostFile.exists(folder.database) { setDatabaseAside("its file is gone") }
        do { return try readDatabase() } catch let error as DatabaseError where error.isDamage {
            setDatabaseAside("\(error)")
            return try readDatabase()
        }
    }

    private mutating func readDatabase() throws -> StoreDatabase {
        let wasThere = HostFile.exists(folder.database)
        let database = try StoreDatabase(path: folder.database, patience: patience, existingLayers: driver.ids)
        _ = try database.images()
        _ = try database.layers()
        let kept = wasThere ? [] : try database.keptLayers()
        if !kept.isEmpty { notices.append("\(kept.count) layers, of which no database tells, are kept") }
        return database
    }

    /// The file first: its companions say nothing without it.
    private mutating func setDatabaseAside(_ reason: String) {
        for suffix in ["", "-wal", "-shm"] {
            if let target = folder.setAside(folder.database + suffix) {
                notices.append("set aside the image database, which cannot be read (\(reason)): \(target)")
            }
        }
    }

    /// Images whose config or layers are missing stay in the database but out of sight.
    mutating func readTable(_ database: StoreDatabase) throws -> ImageTable {
        var table = ImageTable()
        let rows = try setUnsureAside(try database.layers(), database)
        for row in rows {
            if driver.exists(id: row.driverID) {
                table.put(layer: row)
            } else {
                notices.append("layer \(row.chainID) is missing from the \(driver.name) driver")
            }
        }
        for record in try database.images() { read(record, into: &table) }
        for (name, image) in try database.tags() where table.images[image] != nil { table.put(tag: name, image) }
        for (id, chain) in try database.containers() { table.put(container: id, on: chain) }
        _ = table.takeChanges()
        // Whose layers they are is known for sure only when every image could be read.
        if notices.isEmpty { try removeUnused(&table, database) }
        return table
    }

    /// Layers that came whole for an image that did not: the engine ended in the middle of a pull or load.
    private mutating func removeUnused(_ table: inout ImageTable, _ database: StoreDatabase) throws {
        while let layer = table.layers.values.first(where: { !table.isUsed($0.chainID) }) {
            table.removeLayer(layer.chainID)
            try database.commit(table.takeChanges(), isDurable: false)
            try driver.remove(id: layer.driverID)
            notices.append("removed layer \(layer.chainID), which no image has")
        }
    }

    /// The machine went down before the files of these layers were on disk. They stay where they are, for containers
    /// that stand on them and for whoever wants to look; their images come back with the next import or pull.
    private mutating func setUnsureAside(
        _ rows: [ImageTable.LayerRow], _ database: StoreDatabase
    ) throws -> [ImageTable.LayerRow] {
        let unsure = Set(rows.filter { $0.unsyncedBoot != nil && $0.unsyncedBoot != boot }.map(\.driverID))
        guard !unsure.isEmpty else { return rows }
        for id in unsure.sorted() {
            notices.append("set aside layer \(id): the machine went down before its files were on disk")
        }
        try database.keep(layers: unsure.sorted())
        return rows.filter { !unsure.contains($0.driverID) }
    }

    private mutating func read(_ record: StoreDatabase.ImageRecord, into table: inout ImageTable) {
        guard let bytes = folder.readBlob(record.id, limit: ImageConfig.maximumSize),
            let config = try? ImageConfig(parsing: bytes)
        else {
            let target = folder.setAside(folder.blob(record.id))
            notices.append("image \(record.id) has no readable config" + (target.map { ", set aside: \($0)" } ?? ""))
            return
        }
        let chainIDs = config.chainIDs
        guard chainIDs.allSatisfy({ table.layers[$0] != nil }) else {
            notices.append("image \(record.id) lacks a layer")
            return
        }
        table.put(
            image: record.id,
            .init(
                config: config, chainIDs: chainIDs, parent: record.parent, tagged: record.tagged,
                isBuiltHere: record.isBuiltHere))
    }

    /// Downloads that nobody went on with for a day.
    private func removeOldDownloads() throws {
        guard HostFile.exists(folder.downloads) else { return }
        let oldest = Timestamp.now().seconds - 86_400
        for name in try HostDirectory.entries(folder.downloads) {
            let path = "\(folder.downloads)/\(name)"
            if try HostFile.status(path).modified.seconds < oldest { try HostFile.remove(path) }
        }
    }

    /// Pulled bytes whose layer is gone, or never got them into its row.
    private func removeUnnamed(_ named: Set<String>) throws {
        for name in try HostDirectory.entries(folder.pulled) where !named.contains(name) {
            try HostFile.remove("\(folder.pulled)/\(name)")
        }
    }

    /// Temporary files, and image layers that never got their row. Layers of containers are the engine's to judge.
    mutating func removeLeftovers(_ database: StoreDatabase) throws {
        try HostDirectory.removeTree(folder.temporary)
        try HostDirectory.makeAll(folder.temporary)
        try removeOldDownloads()
        for name in try HostDirectory.entries(folder.blobs) where name.hasSuffix(".new") {
            try HostFile.remove("\(folder.blobs)/\(name)")
        }
        let layers = try database.layers()
        try removeUnnamed(Set(layers.compactMap { $0.pulled?.hex }))
        let known = Set(try layers.map(\.driverID) + database.keptLayers())
        for id in try driver.ids() where id.hasPrefix(ImageStore.layerPrefix) && !known.contains(id) {
            try driver.remove(id: id)
            notices.append("removed layer \(id), which was not finished")
        }
    }
}
