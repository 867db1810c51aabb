internal import GRDB
internal import Logging
internal import OrderedJSON

/// Networks, one row each. What was said to be there is on disk, as containers may be made for it.
extension StateStore {
    /// Blocking.
    func save(_ record: NetworkRecord) throws {
        let bytes = try OrderedJSONEncoder().encode(record)
        try writing { db in
            try db.execute(sql: "PRAGMA synchronous=FULL")
            defer { try? db.execute(sql: "PRAGMA synchronous=NORMAL") }
            try db.execute(
                sql: "INSERT OR REPLACE INTO network (id, record) VALUES (?, ?)",
                arguments: [record.id, Self.blob(bytes)])
        }
    }

    /// Blocking.
    func deleteNetwork(_ id: String) throws {
        try writing { db in try db.execute(sql: "DELETE FROM network WHERE id = ?", arguments: [id]) }
    }

    /// Every network that can be read; the others stay where they are and are logged.
    func loadNetworks() throws -> [NetworkRecord] {
        let rows = try database.read { db in
            try Row.fetchAll(db, sql: "SELECT id, record FROM network ORDER BY id").map { row in
                (id: row["id"] as String, bytes: Self.bytes(row["record"]))
            }
        }
        return rows.compactMap { row in
            do {
                return try OrderedJSONDecoder().decode(NetworkRecord.self, from: row.bytes)
            } catch {
                logger.error("a network's record can't be read: \(error)", metadata: ["id": "\(row.id)"])
                return nil
            }
        }
    }
}
