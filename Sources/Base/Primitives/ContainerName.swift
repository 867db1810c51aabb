/// A container's name without the leading `/`: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`.
public struct ContainerName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let description: String

    /// Takes a name with or without the leading `/`.
    public init(parsing text: String) throws(EngineError) {
        let name = text.hasPrefix("/") ? String(text.dropFirst()) : text
        guard Self.isValid(name) else {
            throw EngineError(
                .badParameter, "Invalid container name (\(text)), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
        }
        description = name
    }

    /// As the API shows it: `/web`.
    public var withSlash: String { "/" + description }

    private static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "_"), ReferenceGrammar.isWord(first) else {
            return false
        }
        return name.utf8.count >= 2
            && name.utf8.allSatisfy {
                ReferenceGrammar.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
            }
    }

    public static func < (left: ContainerName, right: ContainerName) -> Bool { left.description < right.description }
}
