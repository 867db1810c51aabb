/// Texts in double quotes as Go's `%q` writes them.
public enum GoQuoted {
    public static func text(_ text: String) -> String {
        "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static let short: [UInt32: String] = [
        7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: "\\\"", 92: "\\\\",
    ]

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        if let escape = short[scalar.value] { return escape }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: break
        case .spaceSeparator where scalar != " ": break
        default: return String(Character(scalar))
        }
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value < 0x80 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
