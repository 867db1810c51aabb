internal import Dockerfile

/// Instructions as lines of progress show them.
enum StepText {
    /// As Docker up to 1.12 did: the keyword in capitals, words of JSON without their quotes.
    static func old(_ instruction: Instruction) -> String {
        let rest = instruction.text.dropFirst(instruction.keyword.count).drop { $0 == " " || $0 == "\t" }
        return instruction.name + " " + (words(of: instruction.statement)?.joined(separator: " ") ?? String(rest))
    }

    private static func words(of statement: Statement) -> [String]? {
        switch statement {
        case .cmd(let command), .entrypoint(let command): command.words
        case .run(let run): run.command.words
        case .shell(let words), .volume(let words): words
        default: nil
        }
    }

    /// In one line, as long as a screen is wide.
    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
