internal import GRDB
internal import LinuxSystem
internal import Logging
internal import OrderedJSON
internal import Primitives

/// Containers on disk: one SQLite database in WAL mode, one row per container.
///
/// A commit survives the end of this process at any line; what the machine's loss of power may cost is the last
/// transitions, never the file's consistency (`PRAGMA synchronous=NORMAL`, https://sqlite.org/wal.html). That a
/// container is there is another matter: a program in it may have synced data that only its row leads to.
final class StateStore: Sendable {
    let database: DatabaseQueue
    let logger: Logger

    /// Opens or makes the database. One that SQLite can't read is renamed aside, never deleted.
    ///
    /// `hasContainers`: whether folders of containers are there. A database that is new all the same takes the place of
    /// one that was lost, and says so from its first transaction on: see `hasUnreadable`.
    init(path: String, logger: Logger, hasContainers: () throws -> Bool, setAside: (String) throws -> Void) throws {
        self.logger = logger
        // The end may have come in the middle of this: SQLite would delete what belongs to a file that is gone.
        if !HostFile.exists(path) { try setAside(path) }
        do { database = try Self.open(path, isSuccessor: hasContainers) } catch let error as DatabaseError
            where Self.isDamage(error)
        {
            logger.error("the state database can't be read and is set aside", metadata: ["path": "\(path)"])
            try setAside(path)
            database = try Self.open(path) { true }
        }
    }

    private static func isDamage(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }

    private static func open(_ path: String, isSuccessor: () throws -> Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "state"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode=WAL")
            try db.execute(sql: "PRAGMA synchronous=NORMAL")
            try db.execute(sql: "PRAGMA cache_size=-512")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.write { db in
            let isNew = try !db.tableExists("container")
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS container (id TEXT PRIMARY KEY NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS network (id TEXT PRIMARY KEY NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS service (id TEXT PRIMARY KEY NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
                    CREATE TABLE IF NOT EXISTS unreadable (id TEXT PRIMARY KEY NOT NULL, record BLOB NOT NULL);
                    CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
                    """)
            // Folders and layers whose rows are gone are not nobody's.
            if isNew, try isSuccessor() {
                try db.execute(sql: "INSERT OR REPLACE INTO unreadable (id, record) VALUES ('database', x'')")
            }
        }
        return queue
    }

    /// Writes the whole record in one transaction. Blocking. `record` is read when its turn has come, so that of two
    /// saves the later one has the later state; nil (the container is being removed) writes nothing.
    ///
    /// `isDurable`: it is on disk on return (`PRAGMA synchronous=FULL`), with all that was saved before.
    func save(isDurable: Bool = false, _ record: () -> ContainerRecord?) throws {
        try writing { db in
            if isDurable { try db.execute(sql: "PRAGMA synchronous=FULL") }
            defer { if isDurable { try? db.execute(sql: "PRAGMA synchronous=NORMAL") } }
            guard let record = record() else { return }
            let bytes = try OrderedJSONEncoder().encode(record)
            let statement = try db.cachedStatement(
                sql:
                    "INSERT INTO container (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record"
            )
            try statement.execute(arguments: [record.id, Self.blob(bytes)])
        }
    }

    /// Blocking.
    func delete(_ id: String) throws {
        try writing { db in
            try db.cachedStatement(sql: "DELETE FROM container WHERE id = ?").execute(arguments: [id])
        }
    }

    /// Says what users can do something about in the system's words.
    func writing(_ body: (Database) throws -> Void) throws {
        do {
            try database.writeWithoutTransaction(body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw EngineError(.internal, "write the state database: no space left on device", cause: error)
        }
    }

    /// Whether an error of `writing` says that the disk is full.
    static func lacksRoom(_ error: EngineError) -> Bool {
        (error.cause as? DatabaseError)?.resultCode == .SQLITE_FULL
    }

    /// Every container that can be read; rows that can't are moved to a table of their own and logged.
    func loadAll() throws -> [ContainerRecord] {
        let rows = try database.read { db in
            try Row.fetchAll(db, sql: "SELECT id, record FROM container").map { row in
                (id: row["id"] as String, bytes: Self.bytes(row["record"]))
            }
        }
        var records: [ContainerRecord] = []
        for row in rows {
            do {
                records.append(try OrderedJSONDecoder().decode(ContainerRecord.self, from: row.bytes))
            } catch {
                logger.error(
                    "a container's record can't be read and is set aside: \(error)", metadata: ["id": "\(row.id)"])
                try moveAside(row.id)
            }
        }
        return records
    }

    private func moveAside(_ id: String) throws {
        try database.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO unreadable SELECT id, record FROM container WHERE id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM container WHERE id = ?", arguments: [id])
        }
    }

    /// Whether records were ever set aside here.
    func hasUnreadable() throws -> Bool {
        try database.read { db in try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM unreadable)") ?? false }
    }

    /// A named text that outlives the process, such as the engine's id.
    func setting(_ name: String, default make: () -> String) throws -> String {
        try database.write { db in
            if let value = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name]) {
                return value
            }
            let value = make()
            try db.execute(sql: "INSERT INTO setting (name, value) VALUES (?, ?)", arguments: [name, value])
            return value
        }
    }

    func close() throws { try database.close() }
}
