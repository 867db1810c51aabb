/// One instruction of classic BPF, `struct sock_filter` (`linux/filter.h`): code, jump if true, jump if false, operand.
struct BPFInstruction: Hashable {
    var code: UInt16
    var ifTrue: UInt8 = 0
    var ifFalse: UInt8 = 0
    var operand: UInt32

    /// The codes that filters of system calls are made of (`bpf_common.h`).
    enum Code {
        static let load: UInt16 = 0x20
        static let and: UInt16 = 0x54
        static let skip: UInt16 = 0x05
        static let ifEqual: UInt16 = 0x15
        static let ifGreater: UInt16 = 0x25
        static let ifAtLeast: UInt16 = 0x35
        static let ifAny: UInt16 = 0x45
        static let answer: UInt16 = 0x06
    }

    static func load(offset: UInt32) -> Self { Self(code: Code.load, operand: offset) }
    static func and(_ mask: UInt32) -> Self { Self(code: Code.and, operand: mask) }
    static func answer(_ action: UInt32) -> Self { Self(code: Code.answer, operand: action) }
    static func skip(by count: Int) -> Self { Self(code: Code.skip, operand: UInt32(clamping: count)) }

    static func skipUnlessEqual(_ value: UInt32, by count: Int) -> Self {
        Self(code: Code.ifEqual, ifFalse: UInt8(clamping: count), operand: value)
    }
    static func skipUnlessGreater(_ value: UInt32, by count: Int) -> Self {
        Self(code: Code.ifGreater, ifFalse: UInt8(clamping: count), operand: value)
    }
    static func skipIfAtLeast(_ value: UInt32, by count: Int) -> Self {
        Self(code: Code.ifAtLeast, ifTrue: UInt8(clamping: count), operand: value)
    }
    static func skipUnlessAtLeast(_ value: UInt32, by count: Int) -> Self {
        Self(code: Code.ifAtLeast, ifFalse: UInt8(clamping: count), operand: value)
    }

    /// What a conditional jump decides for a value; nil for other codes.
    static func holds(_ code: UInt16, _ value: UInt32, _ operand: UInt32) -> Bool? {
        switch code {
        case Code.ifEqual: value == operand
        case Code.ifGreater: value > operand
        case Code.ifAtLeast: value >= operand
        case Code.ifAny: value & operand != 0
        default: nil
        }
    }

    /// In the processor's byte order, which is the lowest first on x86-64 and arm64.
    var bytes: [UInt8] {
        var result = [UInt8(truncatingIfNeeded: code), UInt8(truncatingIfNeeded: code >> 8), ifTrue, ifFalse]
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            result.append(UInt8(truncatingIfNeeded: operand >> shift))
        }
        return result
    }

    /// Nil unless the bytes are whole instructions.
    static func decode(_ bytes: [UInt8]) -> [Self]? {
        guard bytes.count % 8 == 0 else { return nil }
        return bytes.withUnsafeBytes { raw in
            stride(from: 0, to: raw.count, by: 8).map { at in
                let code = raw.loadUnaligned(fromByteOffset: at, as: UInt16.self)
                let operand = raw.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self)
                return Self(code: code, ifTrue: raw[at + 2], ifFalse: raw[at + 3], operand: operand)
            }
        }
    }
}
