/// What a filter does with a call, once processor and number are known: an action, or questions about its arguments.
indirect enum FilterDecision: Hashable {
    case answer(UInt32)
    /// Compares a field of `struct seccomp_data`, after taking `mask` of it.
    case question(Question, yes: FilterDecision, no: FilterDecision)

    struct Question: Hashable {
        var offset: UInt32
        var mask: UInt32
        var code: UInt16
        var operand: UInt32
    }

    var instructions: [BPFInstruction] {
        switch self {
        case .answer(let action): return [.answer(action)]
        case .question(let question, let yes, let no):
            var code: [BPFInstruction] = [.load(offset: question.offset)]
            if question.mask != .max { code.append(.and(question.mask)) }
            let (yes, no) = (yes.instructions, no.instructions)
            // Two jumps, as one reaches no further than 255.
            code += [
                BPFInstruction(code: question.code, ifTrue: 0, ifFalse: 1, operand: question.operand),
                .skip(by: 1), .skip(by: yes.count),
            ]
            return code + yes + no
        }
    }
}

/// Runs a filter with some of its input unknown.
struct FilterAnalysis {
    private let code: [BPFInstruction]

    init(_ code: [BPFInstruction]) { self.code = code }

    /// The accumulator: a number, or a field that is not known yet.
    private enum Accumulator {
        case known(UInt32)
        case field(offset: UInt32, mask: UInt32)
    }

    /// The decision for a processor (the audit architecture) and a number; nil leaves the number unknown too. Answers nil
    /// for what this analysis does not understand.
    func decision(architecture: UInt32, number: UInt32?) -> FilterDecision? {
        var budget = 20_000
        return walk(from: 0, .known(0), architecture, number, &budget)
    }

    private func walk(
        from start: Int, _ begun: Accumulator, _ architecture: UInt32, _ number: UInt32?, _ budget: inout Int
    ) -> FilterDecision? {
        var accumulator = begun
        var place = start
        while place < code.count, budget > 0 {
            budget -= 1
            let instruction = code[place]
            place += 1
            switch instruction.code {
            case BPFInstruction.Code.answer: return .answer(instruction.operand)
            case BPFInstruction.Code.skip: place += Int(instruction.operand)
            case BPFInstruction.Code.load:
                accumulator = load(instruction.operand, architecture, number)
            case BPFInstruction.Code.and:
                accumulator = masked(accumulator, instruction.operand)
            default:
                switch accumulator {
                case .known(let value):
                    guard let holds = BPFInstruction.holds(instruction.code, value, instruction.operand) else {
                        return nil
                    }
                    place += Int(holds ? instruction.ifTrue : instruction.ifFalse)
                case .field(let offset, let mask):
                    guard BPFInstruction.holds(instruction.code, 0, 0) != nil else { return nil }
                    let question = FilterDecision.Question(
                        offset: offset, mask: mask, code: instruction.code, operand: instruction.operand)
                    guard
                        let yes = walk(
                            from: place + Int(instruction.ifTrue), accumulator, architecture, number, &budget),
                        let no = walk(
                            from: place + Int(instruction.ifFalse), accumulator, architecture, number, &budget)
                    else { return nil }
                    return yes == no ? yes : .question(question, yes: yes, no: no)
                }
            }
        }
        return nil
    }

    private func load(_ offset: UInt32, _ architecture: UInt32, _ number: UInt32?) -> Accumulator {
        switch offset {
        case 0: number.map(Accumulator.known) ?? .field(offset: 0, mask: .max)
        case 4: .known(architecture)
        default: .field(offset: offset, mask: .max)
        }
    }

    private func masked(_ accumulator: Accumulator, _ mask: UInt32) -> Accumulator {
        switch accumulator {
        case .known(let value): .known(value & mask)
        case .field(let offset, let old): .field(offset: offset, mask: old & mask)
        }
    }
}
