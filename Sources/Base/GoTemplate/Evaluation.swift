internal import OrderedJSON

/// One run of a template.
struct Evaluation {
    private static let longestOutput = 16 << 20

    private(set) var output = ""
    /// Innermost last.
    private var variables: [(name: String, value: JSONValue)]

    private let root: JSONValue
    /// Those that `root` can have; nil: any.
    private let fields: Set<String>?

    init(root: JSONValue, fields: Set<String>? = nil) {
        self.root = root
        self.fields = fields
        variables = [("", root)]
    }

    mutating func run(_ nodes: [Node], dot: JSONValue, depth: Int) throws(TemplateError) {
        for node in nodes {
            guard output.utf8.count < Self.longestOutput else { throw TemplateError("the output is too long") }
            switch node {
            case .text(let text): output += text
            case .assignment(let pipeline): try assign(pipeline, try value(pipeline, dot))
            case .output(let pipeline): output += Functions.text(try value(pipeline, dot))
            case .condition(let pipeline, let then, let otherwise):
                try branch(pipeline, then, otherwise, dot: dot, changesDot: false, depth: depth)
            case .with(let pipeline, let body, let otherwise):
                try branch(pipeline, body, otherwise, dot: dot, changesDot: true, depth: depth)
            case .range(let pipeline, let body, let otherwise):
                try range(pipeline, body, otherwise, dot: dot, depth: depth)
            }
        }
    }

    private mutating func branch(
        _ pipeline: Pipeline, _ then: [Node], _ otherwise: [Node], dot: JSONValue, changesDot: Bool, depth: Int
    ) throws(TemplateError) {
        let outer = variables.count
        defer { variables.removeLast(variables.count - outer) }
        let value = try value(pipeline, dot)
        if !pipeline.variables.isEmpty { try assign(pipeline, value) }
        let isTrue = Functions.isTrue(value)
        try run(isTrue ? then : otherwise, dot: isTrue && changesDot ? value : dot, depth: depth + 1)
    }

    private mutating func range(
        _ pipeline: Pipeline, _ body: [Node], _ otherwise: [Node], dot: JSONValue, depth: Int
    ) throws(TemplateError) {
        let pairs = Functions.pairs(try value(pipeline, dot))
        let outer = variables.count
        for (key, item) in pairs {
            let values = pipeline.variables.count == 2 ? [key, item] : [item]
            for (name, value) in zip(pipeline.variables, values) { variables.append((name, value)) }
            try run(body, dot: item, depth: depth + 1)
            variables.removeLast(variables.count - outer)
        }
        if pairs.isEmpty { try run(otherwise, dot: dot, depth: depth + 1) }
    }

    private mutating func assign(_ pipeline: Pipeline, _ value: JSONValue) throws(TemplateError) {
        guard let name = pipeline.variables.first, pipeline.variables.count == 1 else {
            throw TemplateError("too many declarations in command")
        }
        if pipeline.isDeclaration { return variables.append((name, value)) }
        guard let position = variables.lastIndex(where: { $0.name == name }) else {
            throw TemplateError("undefined variable \"$\(name)\"")
        }
        variables[position].value = value
    }

    private func variable(_ name: String) throws(TemplateError) -> JSONValue {
        guard let found = variables.last(where: { $0.name == name }) else {
            throw TemplateError("undefined variable \"$\(name)\"")
        }
        return found.value
    }

    private func value(_ pipeline: Pipeline, _ dot: JSONValue) throws(TemplateError) -> JSONValue {
        var piped: JSONValue?
        for command in pipeline.commands { piped = try value(command, dot, piped) }
        return piped ?? .null
    }

    private func value(_ command: [Operand], _ dot: JSONValue, _ piped: JSONValue?) throws(TemplateError) -> JSONValue {
        guard case .function(let name)? = command.first else {
            if command.count == 2, piped == nil, case .field(["Label"]) = command[0] {
                // Docker's only method with an argument in rows: a label's value, or nothing.
                let label = Functions.walk(dot, ["Label", Functions.text(try value(command[1], dot))])
                return label == .null ? .string("") : label
            }
            guard command.count == 1, piped == nil, let operand = command.first else {
                throw TemplateError("can't give argument to non-function")
            }
            return try value(operand, dot)
        }
        var arguments: [JSONValue] = []
        for operand in command.dropFirst() { arguments.append(try value(operand, dot)) }
        return try Functions.call(name, arguments + (piped.map { [$0] } ?? []))
    }

    private func walk(_ value: JSONValue, _ path: [String]) throws(TemplateError) -> JSONValue {
        if let fields, let name = path.first, !fields.contains(name), value == root {
            let place = path.map { "." + $0 }.joined()
            throw TemplateError("executing \"\" at <\(place)>: can't evaluate field \(name)")
        }
        return Functions.walk(value, path)
    }

    private func value(_ operand: Operand, _ dot: JSONValue) throws(TemplateError) -> JSONValue {
        switch operand {
        case .field(let path): return try walk(dot, path)
        case .variable(let name, let path): return try walk(try variable(name), path)
        case .literal(let value): return value
        case .function(let name): return try Functions.call(name, [])
        case .nested(let pipeline, let path): return Functions.walk(try value(pipeline, dot), path)
        }
    }
}
