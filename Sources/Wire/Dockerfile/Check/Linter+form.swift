// What an instruction shows by itself.
extension Linter {
    mutating func checkForm(_ instruction: Instruction) {
        let (span, comments) = (instruction.span, instruction.comments)
        switch instruction.statement {
        case .maintainer:
            report(
                .maintainerDeprecated, "Maintainer instruction is deprecated in favor of using label", at: span,
                comments: comments)
        case .from(let from):
            checkForm(from, of: instruction)
            checkDescription(of: "FROM", [from.stage].compactMap(\.self), instruction)
        case .arg(let declarations): checkDescription(of: "ARG", declarations.map(\.name), instruction)
        default: break
        }
    }

    private mutating func checkForm(_ from: From, of instruction: Instruction) {
        if let name = from.writtenStage, name != name.lowercased() {
            report(
                .stageNameCasing, "Stage name '\(name)' should be lowercase", at: instruction.span,
                comments: instruction.comments)
        }
        guard let keyword = from.asKeyword else { return }
        let name = instruction.keyword
        let isLower = name == name.lowercased()
        guard isLower || name == name.uppercased(), keyword != (isLower ? keyword.lowercased() : keyword.uppercased())
        else { return }
        report(
            .fromAsCasing, "'\(keyword)' and '\(name)' keywords' casing do not match", at: instruction.span,
            comments: instruction.comments)
    }

    /// A comment right above tells what the name is for, so it begins with it.
    private mutating func checkDescription(of keyword: String, _ names: [String], _ instruction: Instruction) {
        guard let comment = instruction.comments.last, let first = names.first else { return }
        let word = String(comment.prefix { $0 != " " })
        guard !names.contains(word) else { return }
        report(
            .invalidDefinitionDescription,
            "Comment for \(keyword) should follow the format: `# \(names.count > 1 ? "<arg_key>" : first) <description>`",
            at: instruction.span, comments: instruction.comments)
    }
}

// What several of them show together.
extension Linter {
    mutating func checkNames(_ stages: [Stage]) {
        var seen: Set<String> = []
        for stage in stages {
            guard let name = stage.from.stage else { continue }
            if name == "context" || name == "scratch" {
                report(
                    .reservedStageName,
                    "Stage name should not use the same name as reserved stage \(GoQuoted.text(name))", at: stage.span)
            }
            if !seen.insert(name).inserted {
                report(
                    .duplicateStageName,
                    "Duplicate stage name \(GoQuoted.text(name)), stage names should be unique", at: stage.span)
            }
        }
    }

    mutating func checkCasing(_ stages: [Stage]) {
        let instructions = stages.flatMap { [$0.instruction] + $0.instructions }
        let lower = instructions.count { $0.keyword == $0.keyword.lowercased() }
        let upper = instructions.count { $0.keyword == $0.keyword.uppercased() }
        let isLower = lower > upper
        for instruction in instructions {
            let keyword = instruction.keyword
            guard keyword != (isLower ? keyword.lowercased() : keyword.uppercased()) else { continue }
            report(
                .consistentInstructionCasing,
                "Command '\(keyword)' should match the case of the command majority (\(isLower ? "lower" : "upper")case)",
                at: instruction.span)
        }
    }
}
