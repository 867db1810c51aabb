public import Primitives

/// Which paths of a context are left out: the last pattern that fits a path, or a folder above it, decides; one with `!`
/// takes the path back in. Values only: no file system.
///
/// Source: Docker's reference, ".dockerignore file", and what moby/patternmatcher does with its corners.
public struct IgnoreRules: Sendable {
    private var rules: [Rule] = []

    private struct Rule {
        var pattern: PathPattern
        var isException: Bool
    }

    /// What the patterns made of a folder; its members are asked about with it, so that no folder is matched twice.
    public struct Trail: Sendable {
        fileprivate var matched: [Bool]
        /// The folder itself is left out.
        public fileprivate(set) var isIgnored = false
    }

    /// Errors: a lone `!`, brackets that are not closed (`badParameter`).
    public init(_ patterns: [String] = []) throws(EngineError) {
        for text in patterns {
            let trimmed = text.trimmingBlanks
            guard !trimmed.isEmpty else { continue }
            let cleaned = SlashPath.clean(trimmed)
            let isException = cleaned.hasPrefix("!")
            guard cleaned != "!" else { throw EngineError(.badParameter, "illegal exclusion pattern: \"!\"") }
            rules.append(
                Rule(
                    pattern: try PathPattern(isException ? String(cleaned.dropFirst()) : cleaned),
                    isException: isException))
        }
    }

    /// The rules of an ignore file. Errors: as above.
    public init(parsing bytes: [UInt8]) throws(EngineError) { try self.init(IgnoreFile.patterns(bytes)) }

    public var isEmpty: Bool { rules.isEmpty }
    /// Some paths are taken back in, so folders that are left out have to be looked into.
    public var hasExceptions: Bool { rules.contains(where: \.isException) }

    /// The top of a context, which is never left out.
    public var top: Trail { Trail(matched: rules.map { _ in false }) }

    /// Whether a path is left out. Paths are relative to the context, with slashes.
    public func ignores(_ path: String) -> Bool {
        let parts = SlashPath.clean(path).split(separator: "/").map(String.init)
        guard parts != ["."] else { return false }
        var trail = top
        var folder = ""
        for part in parts {
            folder += folder.isEmpty ? part : "/" + part
            trail = self.trail(folder, in: trail)
        }
        return trail.isIgnored
    }

    /// The same for a walk: a path with its folder's trail.
    public func trail(_ path: String, in folder: Trail) -> Trail {
        var trail = Trail(matched: folder.matched)
        var scalars: [Unicode.Scalar]?
        for (index, rule) in rules.enumerated() {
            if !folder.matched[index] {
                // A pattern that can't change anything is not matched.
                guard rule.isException == trail.isIgnored else { continue }
                let text = scalars ?? Array(path.unicodeScalars)
                scalars = text
                guard rule.pattern.matches(text) else { continue }
                trail.matched[index] = true
            }
            trail.isIgnored = !rule.isException
        }
        return trail
    }

    /// Whether the patterns leave out all that stands at the top.
    public var ignoresEverything: Bool {
        rules.contains { !$0.isException && ["*", "**", "**/*"].contains($0.pattern.text) }
    }
}
