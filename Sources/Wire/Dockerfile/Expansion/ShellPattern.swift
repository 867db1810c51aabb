/// The pattern of `${name#…}` and its like: `*` is any text, `?` any scalar, both within a line.
///
/// Matching takes time proportional to text times pattern, whatever they are.
struct ShellPattern {
    private enum Token: Hashable {
        case any
        case one
        case literal(Unicode.Scalar)
    }

    private var tokens: [Token] = []

    private static let longest = 1024

    /// Errors: an escape in front of what needs none, a pattern that is too long.
    init(_ text: String) throws(DockerfileError) {
        var scalars = text.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "*": if tokens.last != .any { tokens.append(.any) }
            case "?": tokens.append(.one)
            case "\\": tokens.append(.literal(try Self.escaped(&scalars, in: text)))
            default: tokens.append(.literal(scalar))
            }
        }
        guard tokens.count <= Self.longest else { throw DockerfileError("the pattern in a substitution is too long") }
    }

    private static func escaped(
        _ scalars: inout Substring.UnicodeScalarView, in pattern: String
    ) throws(DockerfileError) -> Unicode.Scalar {
        guard let scalar = scalars.popFirst(), "*?\\}/".unicodeScalars.contains(scalar) else {
            throw DockerfileError("invalid pattern (\(pattern)) in substitution: invalid escape")
        }
        return scalar
    }

    func droppingPrefix(of value: String, longest: Bool) -> String {
        let text = Array(value.unicodeScalars)
        guard let end = end(in: text, longest: longest) else { return value }
        return Self.string(text[end...])
    }

    func droppingSuffix(of value: String, longest: Bool) -> String {
        var reversed = self
        reversed.tokens.reverse()
        let text = Array(value.unicodeScalars.reversed())
        guard let end = reversed.end(in: text, longest: longest) else { return value }
        return Self.string(text[end...].reversed())
    }

    /// Replaces the first match, or all of them; a match is as long as it can be. Errors: a result that is too long.
    func replacing(
        in value: String, with replacement: String, everywhere: Bool, longest: Int
    ) throws(DockerfileError) -> String {
        let text = Array(value.unicodeScalars)
        var result = String.UnicodeScalarView()
        var position = 0
        var lastEnd = -1
        while let match = match(in: text, from: position) {
            result.append(contentsOf: text[position..<match.lowerBound])
            // No empty match right behind another one.
            if !match.isEmpty || match.lowerBound != lastEnd { result.append(contentsOf: replacement.unicodeScalars) }
            (position, lastEnd) = (match.upperBound, match.upperBound)
            if match.isEmpty, position < text.count {
                result.append(text[position])
                position += 1
            } else if match.isEmpty {
                break
            }
            guard everywhere else { break }
            guard result.count <= longest else { throw DockerfileError("the result is longer than \(longest) bytes") }
        }
        result.append(contentsOf: text[min(position, text.count)...])
        return String(result)
    }

    private static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}

// The automaton: a state is a number of tokens that are behind.
extension ShellPattern {
    /// Where a match that begins with the text ends.
    private func end(in text: [Unicode.Scalar], longest: Bool) -> Int? {
        var best: Int?
        var states = [Int?](repeating: nil, count: tokens.count + 1)
        states[0] = 0
        for position in 0...text.count {
            skipAny(&states)
            if states[tokens.count] != nil {
                best = position
                if !longest { break }
            }
            guard position < text.count, advance(&states, over: text[position]) else { break }
        }
        return best
    }

    /// The first match from a position on, as long as possible. Each state knows the earliest start that leads to it.
    private func match(in text: [Unicode.Scalar], from start: Int) -> Range<Int>? {
        var best: Range<Int>?
        var states = [Int?](repeating: nil, count: tokens.count + 1)
        for position in start..<(text.count + 1) {
            if best == nil, states[0] == nil { states[0] = position }
            skipAny(&states)
            if let found = states[tokens.count], found <= best?.lowerBound ?? found { best = found..<position }
            if let best {
                for index in states.indices where states[index] ?? 0 > best.lowerBound { states[index] = nil }
            }
            guard position < text.count else { break }
            if !advance(&states, over: text[position]), best != nil { break }
        }
        return best
    }

    /// `*` may be nothing.
    private func skipAny(_ states: inout [Int?]) {
        for (index, token) in tokens.enumerated() where token == .any {
            if let start = states[index] { states[index + 1] = min(start, states[index + 1] ?? start) }
        }
    }

    /// Whether any state is left.
    private func advance(_ states: inout [Int?], over scalar: Unicode.Scalar) -> Bool {
        var next = [Int?](repeating: nil, count: states.count)
        var isAlive = false
        for (index, token) in tokens.enumerated() {
            guard let start = states[index], accepts(token, scalar) else { continue }
            let target = token == .any ? index : index + 1
            next[target] = min(start, next[target] ?? start)
            isAlive = true
        }
        states = next
        return isAlive
    }

    private func accepts(_ token: Token, _ scalar: Unicode.Scalar) -> Bool {
        switch token {
        case .any, .one: scalar != "\n"
        case .literal(let wanted): scalar == wanted
        }
    }
}
