public import OrderedJSON

/// Go's text/template over JSON values, as far as `--format` uses it: fields, pipelines, functions, `if`, `range`,
/// `with`, `else`, `end`, variables, trimming and comments. Definitions are refused by name.
public struct Template: Sendable {
    let nodes: [Node]

    /// Errors: what is wrong and where.
    public init(_ text: String) throws(TemplateError) {
        var parser = TemplateParser(try TemplateLexer.pieces(of: text))
        nodes = try parser.parse()
    }

    /// `fields`: all that `value` can have, when it stands for a structure of Go's: others are errors then. Else what is not
    /// there has no value, as in a map.
    ///
    /// Errors: a function that does not exist or does not fit its arguments, fields that there can't be.
    public func render(_ value: JSONValue, fields: Set<String>? = nil) throws(TemplateError) -> String {
        var evaluation = Evaluation(root: value, fields: fields)
        try evaluation.run(nodes, dot: value, depth: 0)
        return evaluation.output
    }
}

/// What is wrong with a template or its data.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}

indirect enum Node: Sendable {
    case text(String)
    /// `{{$x := …}}`, `{{$x = …}}`.
    case assignment(Pipeline)
    case output(Pipeline)
    case condition(Pipeline, then: [Node], otherwise: [Node])
    case range(Pipeline, body: [Node], otherwise: [Node])
    case with(Pipeline, body: [Node], otherwise: [Node])
}

/// Commands joined by `|`: each gets the value before it as its last argument.
struct Pipeline: Sendable {
    var commands: [[Operand]]
    /// Names, without the dollar, that take the value; two for a `range` with its key.
    var variables: [String] = []
    /// `:=`, not `=`.
    var isDeclaration = true
}

indirect enum Operand: Sendable {
    /// `.A.B`; empty is the dot itself.
    case field([String])
    /// `$x.A`; the empty name is the value that the template was given.
    case variable(String, [String])
    case literal(JSONValue)
    case function(String)
    case nested(Pipeline, [String])
}
