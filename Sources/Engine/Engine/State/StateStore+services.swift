internal import GRDB
internal import Logging
internal import OrderedJSON

/// Services, one row each, on disk as networks are.
extension StateStore {
    /// Blocking.
    func save(_ record: ServiceRecord) throws {
        let bytes = try OrderedJSONEncoder().encode(record)
        try writing { db in
            try db.execute(sql: "PRAGMA synchronous=FULL")
            defer { try? db.execute(sql: "PRAGMA synchronous=NORMAL") }
            try db.execute(
                sql: "INSERT OR REPLACE INTO service (id, record) VALUES (?, ?)",
                arguments: [record.id, Self.blob(bytes)])
        }
    }

    /// Blocking.
    func deleteService(_ id: String) throws {
        try writing { db in try db.execute(sql: "DELETE FROM service WHERE id = ?", arguments: [id]) }
    }

    /// Every service that can be read; the others stay where they are and are logged.
    func loadServices() throws -> [ServiceRecord] {
        let rows = try database.read { db in
            try Row.fetchAll(db, sql: "SELECT id, record FROM service ORDER BY id").map { row in
                (id: row["id"] as String, bytes: Self.bytes(row["record"]))
            }
        }
        return rows.compactMap { row in
            do {
                return try OrderedJSONDecoder().decode(ServiceRecord.self, from: row.bytes)
            } catch {
                logger.error("a service's record can't be read: \(error)", metadata: ["id": "\(row.id)"])
                return nil
            }
        }
    }
}
