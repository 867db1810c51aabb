/// FROM and what follows it.
public struct Stage: Sendable, Hashable {
    /// From 0, in the order of the file.
    public var number: Int
    /// The FROM.
    public var instruction: Instruction
    public var from: From
    /// What follows.
    public var instructions: [Instruction]

    /// Its name, or `stage-N`.
    public var label: String { from.stage ?? "stage-\(number)" }
    public var span: SourceSpan { instruction.span }
}

extension SyntaxTree {
    /// The ARGs before the first FROM.
    public var globalArguments: [Instruction] {
        Array(instructions.prefix { if case .from = $0.statement { false } else { true } })
    }

    /// Errors: there is none.
    public func stages() throws(DockerfileError) -> [Stage] {
        var stages: [Stage] = []
        for instruction in instructions {
            if case .from(let from) = instruction.statement {
                stages.append(Stage(number: stages.count, instruction: instruction, from: from, instructions: []))
            } else if !stages.isEmpty {
                stages[stages.count - 1].instructions.append(instruction)
            }
        }
        guard !stages.isEmpty else { throw DockerfileError("dockerfile contains no stages to build") }
        return stages
    }
}
