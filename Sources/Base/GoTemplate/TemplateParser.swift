internal import OrderedJSON

/// Pieces to nodes.
struct TemplateParser {
    private var pieces: ArraySlice<TemplateLexer.Piece>
    private var depth = 0
    /// What followed the last `else`: `if .X`.
    private var elseTokens: [TemplateLexer.Token] = []

    init(_ pieces: [TemplateLexer.Piece]) { self.pieces = pieces[...] }

    mutating func parse() throws(TemplateError) -> [Node] {
        let (nodes, ending) = try list()
        if let ending { throw TemplateError("unexpected {{\(ending)}}") }
        return nodes
    }

    /// Up to `end` or `else`, which it names.
    private mutating func list() throws(TemplateError) -> ([Node], String?) {
        var nodes: [Node] = []
        while let piece = pieces.popFirst() {
            switch piece {
            case .text(let text): nodes.append(.text(text))
            case .action(let tokens):
                guard case .word(let word)? = tokens.first, Self.keywords.contains(word) else {
                    let pipeline = try Self.pipeline(tokens)
                    nodes.append(pipeline.variables.isEmpty ? .output(pipeline) : .assignment(pipeline))
                    continue
                }
                if word == "end" || word == "else" {
                    elseTokens = Array(tokens.dropFirst())
                    return (nodes, word)
                }
                nodes.append(try block(word, Array(tokens.dropFirst())))
            }
        }
        return (nodes, nil)
    }

    private static let keywords: Set<String> = [
        "if", "range", "with", "end", "else", "define", "template", "block", "break", "continue",
    ]

    private mutating func block(_ word: String, _ tokens: [TemplateLexer.Token]) throws(TemplateError) -> Node {
        depth += 1
        defer { depth -= 1 }
        guard depth < 64 else { throw TemplateError("the template is nested too deeply") }
        let pipeline = try Self.pipeline(tokens)
        var (body, ending) = try list()
        var otherwise: [Node] = []
        if ending == "else" {
            // `{{else if}}` is an `if` within the `else` that shares its `end`.
            if case .word(let inner)? = elseTokens.first, inner == word, word != "range" {
                otherwise = [try block(inner, Array(elseTokens.dropFirst()))]
                ending = "end"
            } else {
                (otherwise, ending) = try list()
            }
        }
        guard ending == "end" else { throw TemplateError("unexpected EOF") }
        switch word {
        case "if": return .condition(pipeline, then: body, otherwise: otherwise)
        case "range": return .range(pipeline, body: body, otherwise: otherwise)
        case "with": return .with(pipeline, body: body, otherwise: otherwise)
        default: throw TemplateError("{{\(word)}} is not supported yet")
        }
    }

    private static func pipeline(_ tokens: [TemplateLexer.Token]) throws(TemplateError) -> Pipeline {
        let (variables, isDeclaration, words) = try assigned(tokens)
        var rest = words[...]
        var pipeline = try pipeline(&rest, depth: 0)
        pipeline.variables = variables
        pipeline.isDeclaration = isDeclaration
        guard rest.isEmpty else { throw TemplateError("unexpected \")\" in command") }
        return pipeline
    }

    /// `$i, $v := …` cut from what they are set to.
    private static func assigned(
        _ tokens: [TemplateLexer.Token]
    ) throws(TemplateError) -> ([String], Bool, [TemplateLexer.Token]) {
        guard let sign = tokens.firstIndex(where: { $0 == .declare || $0 == .assign }) else {
            return ([], true, tokens)
        }
        var names: [String] = []
        for token in tokens[..<sign] where token != .comma {
            guard case .variable(let name) = token, !name.isEmpty, !name.contains("."), names.count < 2 else {
                throw TemplateError("unexpected \":=\" in operand")
            }
            names.append(name)
        }
        guard !names.isEmpty else { throw TemplateError("unexpected \":=\" in operand") }
        return (names, tokens[sign] == .declare, Array(tokens[(sign + 1)...]))
    }

    private static func pipeline(
        _ rest: inout ArraySlice<TemplateLexer.Token>, depth: Int
    ) throws(TemplateError) -> Pipeline {
        guard depth < 64 else { throw TemplateError("the template is nested too deeply") }
        var commands: [[Operand]] = [[]]
        while let token = rest.first, token != .close {
            rest.removeFirst()
            switch token {
            case .pipe: commands.append([])
            case .open:
                let nested = try pipeline(&rest, depth: depth + 1)
                guard rest.popFirst() == .close else { throw TemplateError("unclosed left paren") }
                var path: [String] = []
                if case .part(let text)? = rest.first {
                    rest.removeFirst()
                    path = fields(text)
                }
                commands[commands.count - 1].append(.nested(nested, path))
            default: commands[commands.count - 1].append(try operand(token))
            }
        }
        guard !commands.contains(where: \.isEmpty) else { throw TemplateError("missing value for command") }
        return Pipeline(commands: commands)
    }

    private static func fields(_ text: String) -> [String] { text.split(separator: ".").map(String.init) }

    private static func operand(_ token: TemplateLexer.Token) throws(TemplateError) -> Operand {
        switch token {
        case .field(let text), .part(let text): return .field(fields(text))
        case .string(let text): return .literal(.string(text))
        case .number(let text):
            if let integer = Int64(text) { return .literal(.integer(integer)) }
            guard let double = Double(text) else { throw TemplateError("bad number syntax: \"\(text)\"") }
            return .literal(.double(double))
        case .word("true"): return .literal(.bool(true))
        case .word("false"): return .literal(.bool(false))
        case .word("nil"): return .literal(.null)
        case .word(let name):
            guard Functions.names.contains(name) else { throw TemplateError("function \"\(name)\" not defined") }
            return .function(name)
        case .variable(let text):
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            return .variable(parts[0], parts.dropFirst().filter { !$0.isEmpty })
        case .pipe, .open, .close, .comma, .declare, .assign: throw TemplateError("unexpected token in command")
        }
    }
}
