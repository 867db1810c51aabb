import Primitives

/// `--storage-opt` for vfs: of the engine, and of `docker create` (moby `daemon/graphdriver/vfs`). Copies have no limits.
enum VFSOptions {
    static let quotaText = "Filesystem does not support, or has not enabled quotas"

    static func check(_ options: DriverOptions) throws(EngineError) {
        for (key, value) in options.values {
            guard key == "size" else { throw EngineError(.badParameter, "unknown option \(key) for vfs") }
            if try ByteCount(parsing: value).bytes > 0 { throw EngineError(.badParameter, quotaText) }
        }
    }

    static func check(container options: [String: String]) throws(EngineError) {
        for key in options.keys.sorted() {
            throw EngineError(.badParameter, key == "size" ? quotaText : "Storage opt \(key) not supported")
        }
    }
}
