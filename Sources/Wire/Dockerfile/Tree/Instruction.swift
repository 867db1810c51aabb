/// One instruction of a Dockerfile.
public struct Instruction: Sendable, Hashable {
    public var statement: Statement
    /// As it was written: `RUN`, `run`.
    public var keyword: String
    /// All of it, with continuations joined and variables as they are.
    public var text: String
    public var span: SourceSpan
    /// The comments above it, without `#`.
    public var comments: [String]

    public var name: String { keyword.uppercased() }
}

/// What an instruction says.
public enum Statement: Sendable, Hashable {
    case from(From)
    case maintainer(String)
    case run(Run)
    case cmd(CommandLine)
    case label([KeyValuePair])
    /// `80`, `53/udp`, `8000-8010`, or a variable with several of them; sorted.
    case expose([String])
    case env([KeyValuePair])
    case add(Add)
    case copy(Copy)
    case entrypoint(CommandLine)
    case volume([String])
    case user(String)
    case workdir(String)
    case arg([ArgumentDeclaration])
    /// The text of an instruction that runs when the image is built upon.
    case onbuild(String)
    case stopSignal(String)
    case healthcheck(Healthcheck)
    case shell([String])
}

/// `FROM [--platform=…] image [AS name]`
public struct From: Sendable, Hashable {
    /// An image, an id, an earlier stage or `scratch`; with variables.
    public var base: String
    /// Lower case.
    public var stage: String?
    /// The name as it was written, and the word in front of it.
    public var writtenStage: String?
    public var asKeyword: String?
    public var platform: String?
}

/// A command in one of its two forms, with the here-documents it reads.
public struct CommandLine: Sendable, Hashable {
    /// In the shell's form one text.
    public var words: [String]
    /// It needs a shell in front of it.
    public var isShell: Bool
    public var hereDocuments: [HereDocument] = []

    public init(words: [String], isShell: Bool, hereDocuments: [HereDocument] = []) {
        self.words = words
        self.isShell = isShell
        self.hereDocuments = hereDocuments
    }
}

/// `ARG name[=default]`
public struct ArgumentDeclaration: Sendable, Hashable {
    public var name: String
    /// With variables.
    public var value: String?
}
