import Testing

/// Runs a classic BPF program on `struct seccomp_data`, after the kernel's `Documentation/networking/filter.rst`.
struct BPFMachine {
    private let code: [UInt8]

    init(_ filter: [UInt8]) { code = filter }

    /// Instructions.
    var count: Int { code.count / 8 }

    /// The action that `seccomp(2)` would take.
    func answer(number: UInt32, architecture: UInt32, arguments: [UInt64] = []) throws -> UInt32 {
        var data = [number, architecture, 0, 0]
        for index in 0..<6 {
            let value = index < arguments.count ? arguments[index] : 0
            data += [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
        }
        var (accumulator, next) = (UInt32(0), 0)
        while true {
            guard code.count % 8 == 0, next * 8 < code.count else { throw OutOfBounds() }
            let at = next * 8
            let operation = UInt16(code[at]) | UInt16(code[at + 1]) << 8
            let operand = (0..<4).reduce(UInt32(0)) { $0 | UInt32(code[at + 4 + $1]) << (8 * UInt32($1)) }
            next += 1
            func jump(_ condition: Bool) { next += Int(condition ? code[at + 2] : code[at + 3]) }
            switch operation {
            case 0x20: accumulator = data[Int(operand) / 4]
            case 0x54: accumulator &= operand
            case 0x05: next += Int(operand)
            case 0x15: jump(accumulator == operand)
            case 0x25: jump(accumulator > operand)
            case 0x35: jump(accumulator >= operand)
            case 0x45: jump(accumulator & operand != 0)
            case 0x06: return operand
            default:
                Issue.record("unknown instruction \(operation)")
                return 0
            }
        }
    }
}

struct OutOfBounds: Error {}
