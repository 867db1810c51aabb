/// A pattern of a copy's source, matched against a whole path: `*` and `?` within a name, `[a-z]`, `[^a]`, `\` in front of
/// what is meant as it is. (Go: `path/filepath`, Match.)
public struct GlobPattern: Sendable {
    private enum Token {
        case literal(Unicode.Scalar)
        case any
        case one
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    private var tokens: [Token] = []

    /// Whether a source is a pattern at all.
    public static func isPattern(_ text: String) -> Bool {
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "[")].contains(byte) {
                return true
            }
        }
        return false
    }

    /// Nil for brackets that are not closed and for a `\` at the end.
    public init?(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": tokens.append(.any)
            case "?": tokens.append(.one)
            case "[":
                guard let set = Self.set(&rest) else { return nil }
                tokens.append(set)
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                tokens.append(.literal(escaped))
            default: tokens.append(.literal(scalar))
            }
        }
    }

    private static func set(_ rest: inout Substring.UnicodeScalarView) -> Token? {
        let isNegated = rest.first == "^"
        if isNegated { rest.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while rest.first != "]" || ranges.isEmpty {
            guard let low = bound(&rest) else { return nil }
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                guard let bound = bound(&rest) else { return nil }
                high = bound
            }
            // A range the wrong way round holds nothing.
            if low <= high { ranges.append(low...high) }
        }
        rest.removeFirst()
        return .set(ranges, isNegated: isNegated)
    }

    private static func bound(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
        guard let first = rest.popFirst(), first != "]", first != "-" else { return nil }
        return first == "\\" ? rest.popFirst() : first
    }

    /// In time proportional to the pattern times the path.
    public func matches(_ path: String) -> Bool {
        var states = [Bool](repeating: false, count: tokens.count + 1)
        states[0] = true
        skipStars(&states)
        for scalar in path.unicodeScalars {
            var next = [Bool](repeating: false, count: states.count)
            for (index, token) in tokens.enumerated() where states[index] {
                switch token {
                case .any: if scalar != "/" { next[index] = true }
                case .one: if scalar != "/" { next[index + 1] = true }
                case .literal(let wanted): if scalar == wanted { next[index + 1] = true }
                case .set(let ranges, let isNegated):
                    if scalar != "/", ranges.contains(where: { $0.contains(scalar) }) != isNegated {
                        next[index + 1] = true
                    }
                }
            }
            states = next
            skipStars(&states)
        }
        return states[tokens.count]
    }

    private func skipStars(_ states: inout [Bool]) {
        for (index, token) in tokens.enumerated() where states[index] {
            if case .any = token { states[index + 1] = true }
        }
    }
}
