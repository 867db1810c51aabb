/// An instruction that is split and not yet understood.
struct RawInstruction {
    /// As it was written.
    var keyword: String
    var flags: [FlagWords.Word] = []
    var arguments = RawArguments.none
    var hereDocuments: [HereDocument] = []
    /// The whole text, continuations joined, without blanks around.
    var text: String
    var line: LogicalLine

    var name: String { keyword.uppercased() }
    var span: SourceSpan { line.span() }

    func failure(_ message: String, at offset: Int = 0) -> DockerfileError {
        DockerfileError(message, at: line.span(at: offset))
    }
}

/// What stands behind the keyword and its flags, in the form that the keyword calls for.
enum RawArguments {
    case none
    /// All of it.
    case text(String)
    case words([String])
    /// A JSON array of strings.
    case list([String])
    case pairs([KeyValuePair])
    /// HEALTHCHECK's first word, and the form of what follows.
    indirect case kind(String, RawArguments)
    /// ONBUILD's trigger: its keyword, and the form of its arguments.
    indirect case nested(String, RawArguments)

    /// The arguments one by one.
    var list: [String] {
        switch self {
        case .none, .pairs, .kind, .nested: []
        case .text(let text): [text]
        case .words(let words), .list(let words): words
        }
    }

    var isJSON: Bool { if case .list = self { true } else { false } }
}

/// `name=value`
public struct KeyValuePair: Sendable, Hashable {
    public var key: String
    public var value: String
    /// The older form: `name value`.
    public var isLegacy: Bool

    public init(_ key: String, _ value: String, isLegacy: Bool = false) {
        self.key = key
        self.value = value
        self.isLegacy = isLegacy
    }
}
