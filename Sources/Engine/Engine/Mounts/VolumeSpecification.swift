internal import Primitives

/// One `-v` of old: `/c`, `/host:/c`, `name:/c`, each with `:mode` behind, parsed once.
struct VolumeSpecification: Equatable, Sendable {
    /// A host path or a volume's name; empty for an anonymous volume.
    var source = ""
    var destination: String
    var mode = ""
    var isWritable = true
    var propagation = ""
    var copiesImageContent = true

    var isBind: Bool { source.hasPrefix("/") }

    init(_ text: String) throws(EngineError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 1: destination = parts[0]
        case 2 where Self.isMode(parts[1]):
            destination = parts[0]
            mode = parts[1]
        case 2: (source, destination) = (parts[0], parts[1])
        case 3: (source, destination, mode) = (parts[0], parts[1], parts[2])
        default: throw Self.invalid(text)
        }
        guard !destination.isEmpty, parts.count == 1 || !parts[0].isEmpty else { throw Self.invalid(text) }
        guard destination.hasPrefix("/") else {
            throw EngineError(
                .badParameter,
                "invalid volume specification: '\(text)': invalid mount path: '\(destination)' mount path must be absolute"
            )
        }
        destination = AbsolutePath.clean(destination)
        guard destination != "/" else {
            throw EngineError(
                .badParameter,
                "invalid volume specification: '\(text)': invalid specification: destination can't be '/'")
        }
        if isBind { source = AbsolutePath.clean(source) }
        try readMode(of: text)
    }

    private static func invalid(_ text: String) -> EngineError {
        EngineError(.badParameter, "invalid volume specification: '\(text)'")
    }

    private static func isMode(_ text: String) -> Bool {
        !text.isEmpty
            && text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy {
                modes.contains(String($0))
            }
    }

    private static let modes: Set<String> = [
        "ro", "rw", "nocopy", "z", "Z", "private", "rprivate", "shared", "rshared", "slave", "rslave", "cached",
        "delegated", "consistent",
    ]

    private mutating func readMode(of text: String) throws(EngineError) {
        guard !mode.isEmpty else { return }
        for option in mode.split(separator: ",", omittingEmptySubsequences: false) {
            switch option {
            case "ro": isWritable = false
            case "rw", "cached", "delegated", "consistent", "z", "Z": break
            case "nocopy": copiesImageContent = false
            case "private", "rprivate", "shared", "rshared", "slave", "rslave": propagation = String(option)
            default: throw EngineError(.badParameter, "invalid mode: \(mode)")
            }
        }
        if !propagation.isEmpty && !isBind {
            throw EngineError(.badParameter, "invalid volume specification: '\(text)': invalid mode: \(mode)")
        }
    }
}

/// Lexical clean-up of absolute paths, as Go's `path.Clean`.
enum AbsolutePath {
    static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }
}
