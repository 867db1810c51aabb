internal import APIModel
internal import OCIRuntime
internal import Primitives

/// `--ulimit`, with the daemon's defaults below it.
enum ResourceLimits {
    private static let names: Set<String> = [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ]

    static func check(_ ulimits: [Ulimit]) throws(EngineError) {
        for ulimit in ulimits {
            guard names.contains(ulimit.name) else {
                throw EngineError(.badParameter, "invalid ulimit type: \(ulimit.name)")
            }
            let unlimited: Int64 = -1
            let isOrdered = ulimit.hard == unlimited || (ulimit.soft != unlimited && ulimit.soft <= ulimit.hard)
            guard isOrdered, ulimit.soft >= unlimited, ulimit.hard >= unlimited else {
                throw EngineError(
                    .badParameter,
                    "ulimit soft limit must be less than or equal to hard limit: \(ulimit.soft) > \(ulimit.hard)")
            }
        }
    }

    /// The container's own win by name.
    static func rlimits(own: [Ulimit], defaults: [Ulimit]) -> [OCIResourceLimit] {
        let named = Set(own.map(\.name))
        return (own + defaults.filter { !named.contains($0.name) }).map { ulimit in
            OCIResourceLimit(
                type: "RLIMIT_" + ulimit.name.uppercased(), hard: UInt64(bitPattern: ulimit.hard),
                soft: UInt64(bitPattern: ulimit.soft))
        }
    }
}
