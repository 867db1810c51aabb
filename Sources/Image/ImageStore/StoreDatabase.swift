internal import FoundationEssentials
internal import GRDB
internal import ImageModel
internal import Primitives

/// The rows on disk. SQLite in WAL mode; a commit that must survive a power cut is synced, the others are only atomic.
final class StoreDatabase: Sendable {
    private let queue: DatabaseQueue

    private static let schema = """
        CREATE TABLE IF NOT EXISTS images (id TEXT PRIMARY KEY, parent TEXT, tagged INTEGER) STRICT;
        CREATE TABLE IF NOT EXISTS layers (
            chain TEXT PRIMARY KEY, parent TEXT, diff TEXT NOT NULL, driver_id TEXT NOT NULL UNIQUE,
            size INTEGER NOT NULL, tar_size INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS tags (name TEXT PRIMARY KEY, image TEXT NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS container_layers (id TEXT PRIMARY KEY, chain TEXT) STRICT;
        CREATE TABLE IF NOT EXISTS kept_layers (driver_id TEXT PRIMARY KEY) STRICT;
        CREATE TABLE IF NOT EXISTS manifests (
            image TEXT NOT NULL, digest TEXT NOT NULL, type TEXT NOT NULL, bytes BLOB NOT NULL,
            PRIMARY KEY (image, digest)) STRICT;
        CREATE TABLE IF NOT EXISTS blobs (
            diff TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL,
            repository TEXT NOT NULL, PRIMARY KEY (diff, digest, repository)) STRICT;
        """

    /// Opens it, or makes it. One that is new although there are layers takes the place of one that was lost: with its
    /// tables comes, in one transaction, that all of `existingLayers` are kept, as nobody can say whose they are.
    ///
    /// `patience`: seconds to wait for another process that writes. Errors: `DatabaseError`; see `isDamage`.
    init(path: String, patience: Double = 5, existingLayers: () throws -> [String]) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { database in
            let isNew = try !database.tableExists("layers")
            try database.execute(sql: Self.schema)
            if isNew { try Self.keep(try existingLayers(), database) }
            if try !database.columns(in: "images").contains(where: { $0.name == "built_here" }) {
                try database.execute(sql: "ALTER TABLE images ADD COLUMN built_here INTEGER NOT NULL DEFAULT 0")
            }
            if try !database.columns(in: "layers").contains(where: { $0.name == "unsynced_boot" }) {
                try database.execute(sql: "ALTER TABLE layers ADD COLUMN unsynced_boot TEXT")
            }
            if try !database.columns(in: "layers").contains(where: { $0.name == "pulled" }) {
                try database.execute(sql: "ALTER TABLE layers ADD COLUMN pulled TEXT")
            }
        }
    }

    /// Writes changes in one transaction.
    func commit(_ changes: [ImageTable.Change], isDurable: Bool) throws {
        try queue.writeWithoutTransaction { database in
            if isDurable { try database.execute(sql: "PRAGMA synchronous = FULL") }
            defer { if isDurable { try? database.execute(sql: "PRAGMA synchronous = NORMAL") } }
            try database.inTransaction {
                for change in changes { try Self.apply(change, database) }
                return .commit
            }
        }
    }

    private static func apply(_ change: ImageTable.Change, _ database: Database) throws {
        switch change {
        case .image(let id, let row?):
            try run(
                database, "INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?)",
                [id.hex, row.parent?.hex, row.tagged?.nanoseconds, row.isBuiltHere])
        case .image(let id, nil):
            try run(database, "DELETE FROM images WHERE id = ?", [id.hex])
            try run(database, "DELETE FROM manifests WHERE image = ?", [id.hex])
        case .layer(let chain, let row?):
            try run(
                database, "INSERT OR REPLACE INTO layers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    chain.hex, row.parent?.hex, row.diffID.hex, row.driverID, row.size, row.tarSize, row.unsyncedBoot,
                    row.pulled?.hex,
                ])
        case .layer(let chain, nil):
            try run(database, "DELETE FROM layers WHERE chain = ?", [chain.hex])
            try run(database, "DELETE FROM blobs WHERE diff NOT IN (SELECT diff FROM layers)", [])
        case .tag(let name, let image?):
            try run(database, "INSERT OR REPLACE INTO tags VALUES (?, ?)", [name, image.hex])
        case .tag(let name, nil): try run(database, "DELETE FROM tags WHERE name = ?", [name])
        case .container(let id, _, isRemoval: true):
            try run(database, "DELETE FROM container_layers WHERE id = ?", [id])
        case .container(let id, let chain, isRemoval: false):
            try run(database, "INSERT OR REPLACE INTO container_layers VALUES (?, ?)", [id, chain?.hex])
        case .manifest(let manifest, let image):
            try run(
                database, "INSERT OR REPLACE INTO manifests VALUES (?, ?, ?, ?)",
                [image.hex, manifest.digest.description, manifest.mediaType, Data(manifest.bytes)])
        case .blob(let blob):
            try run(
                database, "INSERT OR REPLACE INTO blobs VALUES (?, ?, ?, ?, ?)",
                [blob.diffID.hex, blob.digest.description, blob.size, blob.mediaType, blob.repository])
        }
    }

    private static func run(
        _ database: Database, _ sql: String, _ arguments: [(any DatabaseValueConvertible)?]
    ) throws {
        try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }
}

// Reading, once at the start.
extension StoreDatabase {
    struct ImageRecord: Sendable {
        var id: Digest
        var parent: Digest?
        var tagged: Timestamp?
        var isBuiltHere: Bool
    }

    func images() throws -> [ImageRecord] {
        try rows("SELECT id, parent, tagged, built_here FROM images") { row in
            guard let id = Self.digest(row[0]) else { return nil }
            let tagged: Int64? = row[2]
            return ImageRecord(
                id: id, parent: Self.digest(row[1]), tagged: tagged.map { Timestamp(nanoseconds: $0) },
                isBuiltHere: row[3])
        }
    }

    func layers() throws -> [ImageTable.LayerRow] {
        try rows("SELECT chain, parent, diff, driver_id, size, tar_size, unsynced_boot, pulled FROM layers") { row in
            guard let chain = Self.digest(row[0]), let diff = Self.digest(row[2]) else { return nil }
            return ImageTable.LayerRow(
                chainID: chain, parent: Self.digest(row[1]), diffID: diff, driverID: row[3], size: row[4],
                tarSize: row[5], unsyncedBoot: row[6], pulled: Self.digest(row[7]))
        }
    }

    func tags() throws -> [(String, Digest)] {
        try rows("SELECT name, image FROM tags") { row in Self.digest(row[1]).map { (row[0], $0) } }
    }

    func containers() throws -> [(String, Digest?)] {
        try rows("SELECT id, chain FROM container_layers") { row in (row[0], Self.digest(row[1])) }
    }

    func blobs(of diffID: Digest) throws -> [RemoteBlob] {
        let sql = "SELECT digest, size, type, repository FROM blobs WHERE diff = ? ORDER BY repository = '', repository"
        return try rows(sql, [diffID.hex]) { row in
            guard let digest = try? Digest(parsing: row[0] as String) else { return nil }
            return RemoteBlob(diffID: diffID, digest: digest, size: row[1], mediaType: row[2], repository: row[3])
        }
    }

    /// The last one that was seen first.
    func manifests(of image: Digest) throws -> [FetchedManifest] {
        try rows("SELECT digest, type, bytes FROM manifests WHERE image = ? ORDER BY rowid DESC", [image.hex]) { row in
            guard let digest = try? Digest(parsing: row[0] as String) else { return nil }
            return FetchedManifest(bytes: Array(row[2] as Data), mediaType: row[1], digest: digest)
        }
    }

    /// Layers that are in no row and must stay all the same: their database was lost, or what they hold is not sure.
    func keptLayers() throws -> [String] {
        try rows("SELECT driver_id FROM kept_layers") { row in row[0] }
    }

    /// From now on these are in no row.
    func keep(layers: [String]) throws {
        try queue.write { database in try Self.keep(layers, database) }
    }

    private static func keep(_ layers: [String], _ database: Database) throws {
        for id in layers {
            try run(database, "INSERT OR IGNORE INTO kept_layers VALUES (?)", [id])
            try run(database, "DELETE FROM layers WHERE driver_id = ?", [id])
        }
    }

    private func rows<Value: Sendable>(
        _ sql: String, _ arguments: [String] = [], _ read: @Sendable (Row) throws -> Value?
    ) throws -> [Value] {
        try queue.read { database in
            try Row.fetchAll(database, sql: sql, arguments: StatementArguments(arguments)).compactMap { try read($0) }
        }
    }

    private static func digest(_ hex: String?) -> Digest? {
        hex.flatMap { Digest(sha256Hex: $0) }
    }
}

extension DatabaseError {
    /// The file is none of SQLite's, or broken. All else may pass: a lock, a full disk, a lack of descriptors.
    var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}
