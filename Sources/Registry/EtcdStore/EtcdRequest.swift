internal import KeyValueStore
internal import OrderedJSON
internal import Primitives

/// Requests in the JSON of etcd's gateway: bytes in base64, 64-bit numbers as texts (etcd's `rpc.proto`).
enum EtcdRequest {
    static func range(_ prefix: String) -> JSONValue { .object(keys(below: prefix)) }

    static func watch(_ prefix: String, from revision: Int64) -> JSONValue {
        var create = keys(below: prefix)
        create["start_revision"] = .string("\(revision)")
        return ["create_request": .object(create)]
    }

    static func lease(_ lease: StoreLease) -> JSONValue { ["ID": .string("\(lease.id)")] }

    static func transaction(_ transaction: StoreTransaction) -> JSONValue {
        [
            "compare": .array(transaction.conditions.map(compare)),
            "success": .array(transaction.changes.map(operation)),
        ]
    }

    /// A comparison with a range holds when it does for each key; of none it is made with a key of zeros.
    private static func compare(_ condition: StoreTransaction.Condition) -> JSONValue {
        switch condition {
        case .present(let key): ["key": text(key), "target": "VERSION", "result": "GREATER", "version": "0"]
        case .absent(let key): ["key": text(key), "target": "VERSION", "result": "EQUAL", "version": "0"]
        case .holds(let key, let value):
            ["key": text(key), "target": "VALUE", "result": "EQUAL", "value": .string(Base64.encode(value))]
        case .noneBelow(let prefix):
            [
                "key": text(prefix), "range_end": end(prefix), "target": "VERSION", "result": "EQUAL", "version": "0",
            ]
        case .noneNewer(let prefix, let revision):
            [
                "key": text(prefix), "range_end": end(prefix), "target": "MOD", "result": "LESS",
                "mod_revision": .string("\(revision + 1)"),
            ]
        }
    }

    private static func operation(_ change: StoreTransaction.Change) -> JSONValue {
        switch change {
        case .put(let key, let value, let lease):
            var put: JSONObject = ["key": text(key), "value": .string(Base64.encode(value))]
            if let lease { put["lease"] = .string("\(lease.id)") }
            return ["request_put": .object(put)]
        case .delete(let key): return ["request_delete_range": ["key": text(key)]]
        case .deleteBelow(let prefix): return ["request_delete_range": .object(keys(below: prefix))]
        }
    }

    private static func keys(below prefix: String) -> JSONObject {
        ["key": text(prefix.isEmpty ? "\0" : prefix), "range_end": end(prefix)]
    }

    private static func text(_ key: String) -> JSONValue { .string(Base64.encode(Array(key.utf8))) }

    /// The first key behind all that begin with the prefix; behind every key for an empty one.
    private static func end(_ prefix: String) -> JSONValue {
        var bytes = Array(prefix.utf8)
        // No byte of UTF-8 is 0xff.
        if let last = bytes.indices.last { bytes[last] += 1 }
        return .string(Base64.encode(bytes.isEmpty ? [0] : bytes))
    }
}
