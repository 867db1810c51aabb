import Primitives

/// `--storage-opt` for btrfs: of the engine, and of `docker create` (moby `daemon/graphdriver/btrfs`).
struct BtrfsOptions {
    var minimumSize = ByteCount(0)

    init(_ options: DriverOptions) throws(EngineError) {
        for (key, value) in options.values {
            guard key == "btrfs.min_space" else { throw EngineError(.badParameter, "unknown option \(key)") }
            minimumSize = try ByteCount(parsing: value)
        }
    }

    /// What a container's layer may hold; nil without a limit.
    static func size(_ options: [String: String], minimum: ByteCount) throws(EngineError) -> ByteCount? {
        var size: ByteCount?
        for (key, value) in options {
            guard key.lowercased() == "size" else {
                throw EngineError(.badParameter, "unknown option \(key.lowercased())")
            }
            size = try ByteCount(parsing: value)
        }
        guard let size else { return nil }
        guard size.bytes > 0 else {
            throw EngineError(.badParameter, "btrfs: invalid storage size: \(size.decimal(spaced: false))")
        }
        guard size >= minimum else {
            let least = minimum.decimal(spaced: false)
            throw EngineError(.badParameter, "btrfs: storage size cannot be less than \(least)")
        }
        return size
    }
}
