internal import KeyValueStore
internal import OrderedJSON
internal import Primitives

/// Answers of etcd's gateway, which leaves out what is zero or empty. Nil for what makes no sense.
enum EtcdAnswer {
    static func snapshot(_ answer: JSONValue) -> StoreSnapshot? {
        guard let revision = number(answer["header"]?["revision"]) else { return nil }
        let entries = (answer["kvs"]?.arrayValue ?? []).compactMap(entry)
        guard entries.count == answer["kvs"]?.arrayValue?.count ?? 0 else { return nil }
        return StoreSnapshot(entries: entries, revision: revision)
    }

    static func succeeded(_ answer: JSONValue) -> Bool? {
        answer["header"] == nil ? nil : answer["succeeded"]?.boolValue ?? false
    }

    static func lease(_ answer: JSONValue) -> StoreLease? { number(answer["ID"]).map(StoreLease.init) }

    /// A stream's first and only message; without a time left the lease is over.
    static func isAlive(_ answer: JSONValue) -> Bool? {
        guard let result = answer["result"] else { return nil }
        return (number(result["TTL"]) ?? 0) > 0
    }

    /// One message of a watch.
    enum Message: Hashable {
        case created
        case changes([StoreWatch.Change])
        case ended(String)
    }

    static func message(_ answer: JSONValue) -> Message? {
        if let problem = answer["error"] {
            return .ended(problem["message"]?.stringValue ?? problem.stringValue ?? "error")
        }
        guard let result = answer["result"] else { return nil }
        if result["canceled"]?.boolValue == true {
            return .ended(result["cancel_reason"]?.stringValue ?? "the revision is compacted")
        }
        if result["created"]?.boolValue == true { return .created }
        let events = result["events"]?.arrayValue ?? []
        let changes = events.compactMap(change)
        return changes.count == events.count ? .changes(changes) : nil
    }

    private static func change(_ event: JSONValue) -> StoreWatch.Change? {
        guard let kv = event["kv"], let entry = entry(kv) else { return nil }
        return event["type"]?.stringValue == "DELETE" ? .deleted(entry.key) : .put(entry)
    }

    private static func entry(_ value: JSONValue) -> StoreEntry? {
        guard let key = value["key"]?.stringValue.flatMap({ Base64.decode($0) }),
            let bytes = Base64.decode(value["value"]?.stringValue ?? "")
        else { return nil }
        return StoreEntry(key: String(decoding: key, as: UTF8.self), value: bytes)
    }

    private static func number(_ value: JSONValue?) -> Int64? {
        value.flatMap { $0.integerValue ?? $0.stringValue.flatMap { Int64($0) } }
    }
}
