/// A Dockerfile, read and understood: its directives and its instructions, each with its place.
///
/// Source: BuildKit's Dockerfile reference, and for what Docker 1.6 knew its builder.
public struct SyntaxTree: Sendable {
    public private(set) var directives = ParserDirectives()
    public private(set) var instructions: [Instruction] = []
    /// Last lines of instructions that have an empty line among their continuations.
    public private(set) var emptyContinuations: [Int] = []

    /// What is read at most, in bytes.
    public static let longest = 32 << 20

    /// What a text is.
    public enum Scope: Sendable {
        /// A whole Dockerfile: only ARG may stand before the first FROM.
        case file
        /// Instructions without a stage that change an image's configuration, as `--change` takes them.
        case changes
        /// An ONBUILD's instruction.
        case trigger
    }

    private static let changes: Set<String> = [
        "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "SHELL", "STOPSIGNAL", "USER",
        "VOLUME", "WORKDIR",
    ]

    /// Errors: the first thing that is wrong.
    public init(parsing bytes: [UInt8], as scope: Scope = .file) throws(DockerfileError) {
        let (tree, failure) = try Self.reading(bytes, as: scope)
        if let failure { throw failure }
        self = tree
    }

    public init(parsing text: String, as scope: Scope = .file) throws(DockerfileError) {
        try self.init(parsing: Array(text.utf8), as: scope)
    }

    /// The instructions up to the first that is wrong, with the error there. Errors: what can't be split into
    /// instructions at all.
    public static func reading(
        _ bytes: [UInt8], as scope: Scope = .file
    ) throws(DockerfileError) -> (tree: SyntaxTree, failure: DockerfileError?) {
        guard !bytes.isEmpty || scope != .file else { throw DockerfileError("the Dockerfile cannot be empty") }
        guard bytes.count <= longest else {
            throw DockerfileError("the Dockerfile is longer than \(longest) bytes")
        }
        let file = try RawFile(bytes)
        guard !file.instructions.isEmpty || scope != .file else {
            throw DockerfileError("file with no instructions", at: SourceSpan(line: max(1, file.lineCount)))
        }
        var tree = SyntaxTree(file)
        do {
            try tree.take(file.instructions, scope)
            return (tree, nil)
        } catch {
            return (tree, error)
        }
    }

    private init(_ file: RawFile) {
        directives = file.directives
        emptyContinuations = file.emptyContinuations
    }

    private mutating func take(_ raws: [RawInstruction], _ scope: Scope) throws(DockerfileError) {
        var hasStage = scope != .file
        for raw in raws {
            guard scope != .changes || Self.changes.contains(raw.name) else {
                throw raw.failure("\(raw.keyword.lowercased()) is not a valid change command")
            }
            let instruction: Instruction
            do {
                instruction = try Instruction(raw)
            } catch {
                guard scope == .file else { throw error }
                throw DockerfileError(
                    "dockerfile parse error on line \(raw.line.firstLine): \(error.message)", spans: error.spans)
            }
            switch instruction.statement {
            case .from: hasStage = true
            case .arg: break
            default: guard hasStage else { throw raw.failure("no build stage in current context") }
            }
            instructions.append(instruction)
        }
    }
}

extension SyntaxTree {
    /// The instruction that an ONBUILD trigger is, as if it stood in the lines of the FROM that sets it off.
    public static func trigger(
        _ text: String, escape: UInt8, at span: SourceSpan
    ) throws(DockerfileError) -> Instruction {
        do throws(DockerfileError) {
            // A trigger is read without the directives of the file it came from, except for its escape.
            let directive = escape == UInt8(ascii: "`") ? "# escape=`\n" : ""
            let tree = try SyntaxTree(parsing: directive + text, as: .trigger)
            guard tree.instructions.count == 1, var instruction = tree.instructions.first else {
                throw DockerfileError("onbuild trigger should be a single expression")
            }
            switch instruction.statement {
            case .from, .maintainer, .onbuild:
                throw DockerfileError("\(instruction.name) isn't allowed as an ONBUILD trigger")
            default: break
            }
            instruction.span = span
            return instruction
        } catch {
            throw DockerfileError(error.message, at: span)
        }
    }
}
