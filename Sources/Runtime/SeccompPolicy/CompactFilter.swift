/// Rewrites a filter into a shorter one that decides the same.
///
/// The library's program asks for each call by itself; the kernel has to check, translate and, for its table of calls
/// that are always allowed, run it some 900 times at each container's start. Neighbouring calls mostly share their fate,
/// so the shorter program looks for the range that a number is in. Ranges are found by running the first program on
/// one number of each stretch between two that it compares with.
struct CompactFilter {
    private struct Range {
        var start: UInt32
        var decision: FilterDecision
    }

    /// Set in the numbers of x32 programs.
    private static let x32Bit: UInt32 = 0x4000_0000

    /// `prologue` comes before the `library`'s program, which knows the processors. They are left as they are when there
    /// is something in them that the analysis does not understand.
    static func compacted(
        prologue: [BPFInstruction], library: [BPFInstruction], architectures: [UInt32]
    ) -> [BPFInstruction] {
        let program = prologue + library
        let analysis = FilterAnalysis(program)
        let unknown = FilterAnalysis(library).decision(architecture: 0, number: nil)
        guard isUnderstood(program), case .answer(let stranger)? = unknown else { return program }
        let starts = starts(of: program)
        var result: [BPFInstruction] = [.load(offset: 4)]
        // x32 goes by the name of x86-64.
        for architecture in Set(architectures.map { $0 == 0x4000_003E ? 0xC000_003E : $0 }).sorted() {
            guard let ranges = ranges(analysis, architecture, starts) else { return program }
            let body = [.load(offset: 0)] + search(ranges[...])
            result += [
                BPFInstruction(code: BPFInstruction.Code.ifEqual, ifTrue: 1, ifFalse: 0, operand: architecture),
                .skip(by: body.count),
            ]
            result += body
        }
        result.append(.answer(stranger))
        return result.count < program.count ? result : program
    }

    /// Numbers are compared with constants, as they are or without the bit of x32; else stretches would not be uniform.
    private static func isUnderstood(_ program: [BPFInstruction]) -> Bool {
        var loaded: UInt32 = .max
        for instruction in program {
            switch instruction.code {
            case BPFInstruction.Code.load: loaded = instruction.operand
            case BPFInstruction.Code.and where loaded == 0 && instruction.operand != ~x32Bit: return false
            case BPFInstruction.Code.ifAny where loaded == 0: return false
            default: break
            }
        }
        return true
    }

    /// Where something may change, ascending.
    private static func starts(of program: [BPFInstruction]) -> [UInt32] {
        var starts: Set<UInt32> = [0, x32Bit]
        for instruction in program where BPFInstruction.holds(instruction.code, 0, 0) != nil {
            for base in [instruction.operand & ~x32Bit, instruction.operand | x32Bit] {
                starts.insert(base)
                starts.insert(base &+ 1)
            }
        }
        // Where the bit of x32 comes and goes.
        starts.formUnion([0x8000_0000, 0xC000_0000])
        return starts.sorted()
    }

    private static func ranges(
        _ analysis: FilterAnalysis, _ architecture: UInt32, _ starts: [UInt32]
    ) -> [Range]? {
        var ranges: [Range] = []
        for start in starts {
            guard let decision = analysis.decision(architecture: architecture, number: start) else { return nil }
            if ranges.last?.decision != decision { ranges.append(Range(start: start, decision: decision)) }
        }
        return ranges
    }

    /// A binary search, the lower half first.
    private static func search(_ ranges: ArraySlice<Range>) -> [BPFInstruction] {
        guard ranges.count > 1 else { return ranges.first?.decision.instructions ?? [] }
        let middle = ranges.startIndex + ranges.count / 2
        let (lower, upper) = (search(ranges[..<middle]), search(ranges[middle...]))
        if lower.count <= 255 {
            return [.skipIfAtLeast(ranges[middle].start, by: lower.count)] + lower + upper
        }
        return [.skipUnlessAtLeast(ranges[middle].start, by: 1), .skip(by: lower.count)] + lower + upper
    }
}
