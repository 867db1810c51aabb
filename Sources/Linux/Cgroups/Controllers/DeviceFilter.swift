/// Writes the version 2 device filter: an eBPF program that says for one access whether it is allowed.
///
/// The kernel hands over `struct bpf_cgroup_dev_ctx` in r1: `access << 16 | type`, major, minor, 32 bits each.
/// The rules are gone through from the last to the first. w3 holds the asked-for bits that no rule has decided yet:
/// a denying rule that fits and has one of them ends with no, an allowing one takes its bits away, and when none is
/// left the answer is yes. Bits that remain at the end are denied. So `rw` is allowed by two rules, one for each.
enum DeviceFilter {
    static func program(for rules: [CgroupDeviceRule]) -> [UInt64] {
        var code = [
            Instruction.load(2, offset: 0), Instruction.move(3, from: 2),
            Instruction.and(2, 0xFFFF), Instruction.shiftRight(3, 16),
            Instruction.load(4, offset: 4), Instruction.load(5, offset: 8),
        ]
        for rule in CgroupDeviceRule.reduced(rules).reversed() {
            let block = Self.block(rule)
            code += conditions(rule, skipping: block.count)
            code += block
        }
        code += [
            Instruction.set(0, 1), Instruction.skipIfEqual(3, 0, by: 1), Instruction.set(0, 0), Instruction.exit,
        ]
        return code
    }

    /// Jumps over `count` instructions after the conditions unless the device fits.
    private static func conditions(_ rule: CgroupDeviceRule, skipping count: Int) -> [UInt64] {
        var wanted: [(register: UInt8, value: UInt32)] = []
        // BPF_DEVCG_DEV_BLOCK and _CHAR.
        if rule.kind != .all { wanted.append((2, rule.kind == .block ? 1 : 2)) }
        if let major = rule.major { wanted.append((4, major)) }
        if let minor = rule.minor { wanted.append((5, minor)) }
        return wanted.enumerated().map { index, want in
            Instruction.skipUnlessEqual(want.register, want.value, by: wanted.count - 1 - index + count)
        }
    }

    private static func block(_ rule: CgroupDeviceRule) -> [UInt64] {
        let bits = UInt32(rule.access.rawValue)
        if rule.allow {
            return [
                Instruction.and(3, ~bits & 0xFFFF), Instruction.skipUnlessEqual(3, 0, by: 2),
                Instruction.set(0, 1), Instruction.exit,
            ]
        }
        return [
            Instruction.skipIfAny(3, bits, by: 1), Instruction.skip(by: 2), Instruction.set(0, 0), Instruction.exit,
        ]
    }
}

/// eBPF instructions on 32-bit registers (Linux `Documentation/bpf/standardization/instruction-set.rst`).
private enum Instruction {
    static let exit = encoded(0x95)

    static func load(_ register: UInt8, offset: Int16) -> UInt64 { encoded(0x61, register, source: 1, offset: offset) }
    static func move(_ register: UInt8, from source: UInt8) -> UInt64 { encoded(0xBC, register, source: source) }
    static func set(_ register: UInt8, _ value: UInt32) -> UInt64 { encoded(0xB4, register, value: value) }
    static func and(_ register: UInt8, _ value: UInt32) -> UInt64 { encoded(0x54, register, value: value) }
    static func shiftRight(_ register: UInt8, _ bits: UInt32) -> UInt64 { encoded(0x74, register, value: bits) }
    static func skip(by count: Int) -> UInt64 { encoded(0x05, offset: Int16(count)) }

    static func skipIfEqual(_ register: UInt8, _ value: UInt32, by count: Int) -> UInt64 {
        encoded(0x16, register, offset: Int16(count), value: value)
    }

    static func skipUnlessEqual(_ register: UInt8, _ value: UInt32, by count: Int) -> UInt64 {
        encoded(0x56, register, offset: Int16(count), value: value)
    }

    static func skipIfAny(_ register: UInt8, _ bits: UInt32, by count: Int) -> UInt64 {
        encoded(0x46, register, offset: Int16(count), value: bits)
    }

    private static func encoded(
        _ code: UInt8, _ register: UInt8 = 0, source: UInt8 = 0, offset: Int16 = 0, value: UInt32 = 0
    ) -> UInt64 {
        UInt64(code) | UInt64(source << 4 | register) << 8 | UInt64(UInt16(bitPattern: offset)) << 16
            | UInt64(value) << 32
    }
}
