import Primitives

/// Errors about what an archive asks for.
enum InvalidTar {
    /// An entry that would be made outside of the root.
    static func breakout(_ name: String) -> EngineError {
        EngineError(.badParameter, "invalid tar entry \"\(name)\": it is outside of the root")
    }

    static func symbolicLink(_ name: String, _ target: String) -> EngineError {
        EngineError(.badParameter, "invalid tar: invalid symlink \"\(name)\" -> \"\(target)\"")
    }

    static func hardLink(_ name: String, _ target: String) -> EngineError {
        EngineError(.badParameter, "invalid tar: invalid hardlink \"\(name)\" -> \"\(target)\"")
    }

    static func entry(_ name: String, _ what: String) -> EngineError {
        EngineError(.badParameter, "invalid tar entry \"\(name)\": \(what)")
    }

    /// Docker's wording.
    static func wrongKind(_ name: String, replacesDirectory: Bool, in base: String) -> EngineError {
        let (old, new) = replacesDirectory ? ("directory", "non-directory") : ("non-directory", "directory")
        let path = (base == "." || base.isEmpty ? "/" : "/" + base + "/") + name
        let place = base == "." || base.isEmpty ? "/" : "/" + base
        return EngineError(
            .internal,
            "cannot overwrite \(old) \"\(path.hasSuffix("/") ? String(path.dropLast()) : path)\" with \(new) \"\(place)\""
        )
    }

    static let tooLarge = EngineError(.badParameter, "invalid tar: its files are larger together than any disk")

    /// Docker's wording.
    static func unhandledType(_ flag: UInt8) -> EngineError {
        EngineError(.badParameter, "Unhandled tar header type \(flag)")
    }
}
