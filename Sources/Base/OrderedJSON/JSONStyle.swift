/// How JSON is laid out.
public struct JSONStyle: Sendable, Hashable {
    /// Nil: everything on one line.
    public var indent: String?
    /// Go's `SetEscapeHTML`: `<`, `>` and `&` become `\u003c`, `\u003e` and `\u0026`. Go's `Marshal` does it always.
    public var escapesHTML: Bool

    public init(indent: String? = nil, escapesHTML: Bool = false) {
        self.indent = indent
        self.escapesHTML = escapesHTML
    }

    /// One line, no HTML escapes.
    public static let compact = JSONStyle()
    /// What Go's `json.Marshal` writes.
    public static let goCompact = JSONStyle(escapesHTML: true)
    /// One member a line, `"key": value`, no HTML escapes.
    public static func indented(_ indent: String) -> JSONStyle { JSONStyle(indent: indent) }
}

/// JSON that cannot be read, or does not fit where it should go. The message is in Go's words.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    public var description: String { message }

    public init(_ message: String) { self.message = message }
}
