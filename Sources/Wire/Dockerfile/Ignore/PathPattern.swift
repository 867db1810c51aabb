internal import Primitives

/// A pattern of an ignore file: `*` and `?` within a name, `[a-z]`, `\` in front of what is meant as it is, and `**` for any
/// number of folders.
struct PathPattern: Sendable {
    let text: String
    private let form: Form

    /// Patterns with `**` at one end only and nothing else are not matched name by name; so `**x` fits `dir/yx`.
    private enum Form {
        case exact([Unicode.Scalar])
        case prefix([Unicode.Scalar])
        case suffix([Unicode.Scalar])
        case tokens([Token])
    }

    enum Token {
        case literal(Unicode.Scalar)
        /// `*`
        case name
        /// `?`
        case one
        /// `**` at the end.
        case all
        /// `**` elsewhere: nothing, or something that ends in a slash.
        case folders
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    /// Errors: `syntax error in pattern` (`badParameter`).
    init(_ text: String) throws(EngineError) {
        self.text = text
        let tokens = try Self.tokens(text)
        let isPlain = { (tokens: ArraySlice<Token>) in
            tokens.allSatisfy { if case .literal = $0 { true } else { false } }
        }
        if text.contains("\\") {
            form = .tokens(tokens)
        } else if isPlain(tokens[...]) {
            form = .exact(Array(text.unicodeScalars))
        } else if case .all = tokens.last, isPlain(tokens.dropLast()) {
            form = .prefix(text.unicodeScalars.dropLast(2))
        } else if case .folders = tokens.first, isPlain(tokens.dropFirst()) {
            form = .suffix(Array(text.unicodeScalars.dropFirst(2)))
        } else {
            form = .tokens(tokens)
        }
    }

    /// Whether it fits a whole path.
    func matches(_ path: [Unicode.Scalar]) -> Bool {
        switch form {
        case .exact(let text): path == text
        case .prefix(let prefix): path.starts(with: prefix)
        case .suffix(let suffix):
            path.suffix(suffix.count).elementsEqual(suffix)
                || (suffix.first == "/" && path.elementsEqual(suffix.dropFirst()))
        case .tokens(let tokens): PathAutomaton(tokens).accepts(path)
        }
    }
}

// Reading a pattern.
extension PathPattern {
    private static func tokens(_ text: String) throws(EngineError) -> [Token] {
        var scalars = text.unicodeScalars[...]
        var tokens: [Token] = []
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "*": tokens.append(star(&scalars))
            case "?": tokens.append(.one)
            case "[": tokens.append(try set(&scalars))
            case "\\":
                guard let escaped = scalars.popFirst() else { throw syntaxError }
                tokens.append(.literal(escaped))
            default: tokens.append(.literal(scalar))
            }
        }
        return tokens
    }

    private static let syntaxError = EngineError(.badParameter, "syntax error in pattern")

    private static func star(_ scalars: inout Substring.UnicodeScalarView) -> Token {
        guard scalars.first == "*" else { return .name }
        scalars.removeFirst()
        if scalars.first == "/" { scalars.removeFirst() }
        return scalars.isEmpty ? .all : .folders
    }

    private static func set(_ scalars: inout Substring.UnicodeScalarView) throws(EngineError) -> Token {
        let isNegated = scalars.first == "^"
        if isNegated { scalars.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while scalars.first != "]" || ranges.isEmpty {
            let low = try bound(&scalars)
            var high = low
            if scalars.first == "-" {
                scalars.removeFirst()
                high = try bound(&scalars)
            }
            guard low <= high else { throw syntaxError }
            ranges.append(low...high)
        }
        scalars.removeFirst()
        return .set(ranges, isNegated: isNegated)
    }

    private static func bound(
        _ scalars: inout Substring.UnicodeScalarView
    ) throws(EngineError) -> Unicode.Scalar {
        guard let first = scalars.popFirst(), first != "]", first != "-" else { throw syntaxError }
        guard first == "\\" else { return first }
        guard let escaped = scalars.popFirst() else { throw syntaxError }
        return escaped
    }
}

/// Walks all ways through a pattern at once, in time proportional to path times pattern.
private struct PathAutomaton {
    let tokens: [PathPattern.Token]
    /// How many tokens are behind. `folders` takes two states: the second is inside a folder's name.
    private var states: [Bool]
    private var inFolder: [Bool]

    init(_ tokens: [PathPattern.Token]) {
        self.tokens = tokens
        states = Array(repeating: false, count: tokens.count + 1)
        inFolder = states
        states[0] = true
    }

    func accepts(_ path: [Unicode.Scalar]) -> Bool {
        var automaton = self
        automaton.skipEmpty()
        for scalar in path {
            automaton.advance(scalar)
            automaton.skipEmpty()
        }
        return automaton.states[tokens.count]
    }

    private mutating func skipEmpty() {
        for (index, token) in tokens.enumerated() where states[index] {
            switch token {
            case .name, .all, .folders: states[index + 1] = true
            default: break
            }
        }
    }

    private mutating func advance(_ scalar: Unicode.Scalar) {
        var next = Array(repeating: false, count: states.count)
        var inside = next
        for (index, token) in tokens.enumerated() where states[index] || inFolder[index] {
            switch token {
            case .folders:
                if scalar == "/" { next[index + 1] = true }
                inside[index] = true
            case .all: next[index] = true
            case .name: if scalar != "/" { next[index] = true }
            case .one: if scalar != "/" { next[index + 1] = true }
            case .literal(let wanted): if scalar == wanted { next[index + 1] = true }
            case .set(let ranges, let isNegated):
                if ranges.contains(where: { $0.contains(scalar) }) != isNegated { next[index + 1] = true }
            }
        }
        (states, inFolder) = (next, inside)
    }
}
