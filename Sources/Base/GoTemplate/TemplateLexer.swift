/// A template cut into text and actions.
enum TemplateLexer {
    enum Piece: Sendable {
        case text(String)
        case action([Token])
    }

    enum Token: Sendable, Equatable {
        case word(String)
        /// `.A.B` with its dots.
        case field(String)
        /// `.A.B` right behind a closing parenthesis: a part of what is in it.
        case part(String)
        case string(String)
        case number(String)
        /// `$x.A` with its dollar.
        case variable(String)
        case pipe, open, close, comma, declare, assign
    }

    static func pieces(of template: String) throws(TemplateError) -> [Piece] {
        guard template.utf8.count <= 64 << 10 else { throw TemplateError("the template is too long") }
        var result: [Piece] = []
        var rest = Substring(template)
        var trims = false
        while let start = rest.firstRange(of: "{{") {
            var text = String(rest[..<start.lowerBound])
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "}}") else { throw TemplateError("unclosed action") }
            var action = rest[..<end.lowerBound]
            rest = rest[end.upperBound...]
            if trims { text = String(text.drop(while: \.isWhitespace)) }
            if action.hasPrefix("- ") {
                action = action.dropFirst(2)
                while text.last?.isWhitespace == true { text.removeLast() }
            }
            trims = action.hasSuffix(" -")
            if trims { action = action.dropLast(2) }
            if !text.isEmpty { result.append(.text(text)) }
            if !action.drop(while: \.isWhitespace).hasPrefix("/*") { result.append(.action(try tokens(of: action))) }
        }
        let tail = trims ? rest.drop(while: \.isWhitespace) : rest
        if !tail.isEmpty { result.append(.text(String(tail))) }
        return result
    }

    private static func tokens(of action: Substring) throws(TemplateError) -> [Token] {
        var result: [Token] = []
        var rest = action
        while let first = rest.first {
            switch first {
            case _ where first.isWhitespace: rest.removeFirst()
            case "|", "(", ")", ",", "=":
                result.append(
                    first == "|"
                        ? .pipe : first == "(" ? .open : first == ")" ? .close : first == "," ? .comma : .assign)
                rest.removeFirst()
            case ":":
                rest.removeFirst()
                guard rest.popFirst() == "=" else { throw TemplateError("expected :=") }
                result.append(.declare)
            case "\"", "`": result.append(.string(try string(&rest, quote: first)))
            case ".":
                let isPart =
                    result.last == .close && rest.startIndex > action.startIndex
                    && action[action.index(before: rest.startIndex)] == ")"
                result.append(isPart ? .part(take(&rest)) : .field(take(&rest)))
            case "$":
                rest.removeFirst()
                result.append(.variable(take(&rest)))
            case _ where first.isNumber || first == "-": result.append(.number(take(&rest)))
            default:
                let word = take(&rest)
                guard !word.isEmpty else { throw TemplateError("unexpected \"\(first)\" in command") }
                result.append(.word(word))
            }
        }
        return result
    }

    private static func take(_ rest: inout Substring) -> String {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "-" }
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    private static func string(_ rest: inout Substring, quote: Character) throws(TemplateError) -> String {
        rest.removeFirst()
        var result = ""
        while let next = rest.popFirst() {
            if next == quote { return result }
            guard next == "\\", quote == "\"", let escaped = rest.popFirst() else {
                result.append(next)
                continue
            }
            switch escaped {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            default: result.append(escaped)
            }
        }
        throw TemplateError("unterminated quoted string")
    }
}
