import Primitives

/// `--storage-opt` for overlay: of the engine, and of `docker create` (moby `daemon/graphdriver/overlay2`).
///
/// Sizes need project quotas, which the driver does not set: they are refused in Docker's words for a file system without.
enum OverlayOptions {
    static let sizeText = "--storage-opt is supported only for overlay over xfs with 'pquota' mount option"
    /// In Docker too, it is deprecated and without effect.
    static let kernelCheckText =
        "overlay2.override_kernel_check changes nothing: the kernel is asked what it can do, whatever its version"

    private static func sizeText(_ key: String, backing: String) -> String {
        backing == "xfs"
            ? "Storage option \(key) not supported. \(VFSOptions.quotaText)"
            : "Storage Option \(key) only supported for backingFS XFS. Found \(backing)"
    }

    /// Sentences for the log.
    static func check(_ options: DriverOptions, backing: String) throws(EngineError) -> [String] {
        var notices: [String] = []
        for (key, value) in options.values {
            switch key {
            case "overlay2.size", "overlay.size":
                _ = try ByteCount(parsing: value)
                throw EngineError(.badParameter, sizeText(key, backing: backing))
            case "overlay2.override_kernel_check", "overlay.override_kernel_check":
                guard ["1", "t", "true", "0", "f", "false"].contains(value.lowercased()) else {
                    throw EngineError(.badParameter, "strconv.ParseBool: parsing \"\(value)\": invalid syntax")
                }
                notices.append(kernelCheckText)
            default: throw EngineError(.badParameter, "overlay2: unknown option \(key)")
            }
        }
        return notices
    }

    static func check(container options: [String: String]) throws(EngineError) {
        for key in options.keys.sorted() {
            guard key.lowercased() == "size" else {
                throw EngineError(.badParameter, "Unknown option \(key.lowercased())")
            }
            throw EngineError(.badParameter, sizeText)
        }
    }
}
