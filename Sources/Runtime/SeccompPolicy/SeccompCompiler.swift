internal import CSeccomp
internal import LinuxSystem
internal import OCIRuntime
internal import Primitives

/// Turns rules into the program that the kernel runs at each system call.
enum SeccompCompiler {
    /// `struct sock_filter` records, at most 4096 of them. Errors: `badParameter` naming the rule.
    static func compile(_ rules: OCISeccomp, isCompact: Bool = true) throws(EngineError) -> [UInt8] {
        guard rules.listenerPath.isEmpty else { throw notSupported("a seccomp listener") }
        guard rules.flags.isEmpty else { throw notSupported("seccomp flag \(rules.flags[0])") }
        let fallback = try SeccompAction(rules.defaultAction, errno: rules.defaultErrnoRet)
        guard let context = seccomp_init(fallback.rawValue) else {
            throw EngineError(.badParameter, "seccomp: default action \(rules.defaultAction) can't be used")
        }
        defer { seccomp_release(context) }
        // The runtime decides about no_new_privs; a tree is quicker to go through.
        _ = seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, 0)
        _ = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2)
        var architectures: [UInt32] = [seccomp_arch_native()]
        for name in rules.architectures {
            let token = try architecture(name)
            if !architectures.contains(token) { architectures.append(token) }
            let result = seccomp_arch_add(context, token)
            // EEXIST: the native one is there from the start.
            if result != 0 && result != -17 { throw failure(result, "architecture \(name)") }
        }
        var newer = NewerCalls(fallback: fallback, architectures: architectures)
        for rule in rules.syscalls { try add(rule, to: context, fallback: fallback, newer: &newer) }
        guard let library = BPFInstruction.decode(try export(context)) else {
            throw EngineError(.internal, "seccomp: the library's program is cut off")
        }
        let program =
            isCompact
            ? CompactFilter.compacted(prologue: newer.prologue, library: library, architectures: architectures)
            : newer.prologue + library
        guard program.count <= 4096 else {
            throw EngineError(.badParameter, "seccomp: the filter is longer than 4096 instructions")
        }
        return program.flatMap(\.bytes)
    }

    private static func add(
        _ rule: OCISyscall, to context: UnsafeMutableRawPointer, fallback: SeccompAction, newer: inout NewerCalls
    ) throws(EngineError) {
        let action = try SeccompAction(rule.action, errno: rule.errnoRet)
        let tests = try rule.args.map { argument throws(EngineError) in try comparison(argument) }
        for name in rule.names {
            let number = seccomp_syscall_resolve_name(name)
            newer.note(name, action: action, isConditional: !tests.isEmpty)
            // Unknown to the library: not a mistake, profiles are written for many kernels.
            guard number != -1, action.rawValue != fallback.rawValue else { continue }
            let result = apply(tests) {
                seccomp_rule_add_array(context, action.rawValue, number, UInt32($0.count), $0.baseAddress)
            }
            if result != 0 { throw failure(result, "rule for \(name)") }
        }
    }

    /// All comparisons must hold, unless two are about the same argument: then each is a rule of its own.
    private static func apply(
        _ tests: [scmp_arg_cmp], _ body: (UnsafeBufferPointer<scmp_arg_cmp>) -> Int32
    ) -> Int32 {
        guard Set(tests.map(\.arg)).count != tests.count else { return tests.withUnsafeBufferPointer(body) }
        for test in tests {
            let result = withUnsafePointer(to: test) { body(UnsafeBufferPointer(start: $0, count: 1)) }
            if result != 0 { return result }
        }
        return 0
    }

    private static func export(_ context: UnsafeMutableRawPointer) throws(EngineError) -> [UInt8] {
        do {
            let file = try FD.memoryFile("seccomp")
            let result = seccomp_export_bpf(context, file.rawValue)
            if result != 0 { throw failure(result, "export") }
            try file.seek(to: 0)
            return try file.readAll(limit: 1 << 20)
        } catch let error as SystemError {
            throw EngineError(.internal, "seccomp: \(error)", cause: error)
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.internal, "seccomp: \(error)", cause: error)
        }
    }

    private static func comparison(_ argument: OCISyscallArgument) throws(EngineError) -> scmp_arg_cmp {
        let operations: [String: scmp_compare] = [
            "SCMP_CMP_NE": SCMP_CMP_NE, "SCMP_CMP_LT": SCMP_CMP_LT, "SCMP_CMP_LE": SCMP_CMP_LE,
            "SCMP_CMP_EQ": SCMP_CMP_EQ, "SCMP_CMP_GE": SCMP_CMP_GE, "SCMP_CMP_GT": SCMP_CMP_GT,
            "SCMP_CMP_MASKED_EQ": SCMP_CMP_MASKED_EQ,
        ]
        guard let operation = operations[argument.op], argument.index < 6 else {
            throw EngineError(.badParameter, "seccomp: invalid argument \(argument.index) \(argument.op)")
        }
        return scmp_arg_cmp(
            arg: argument.index, op: operation, datum_a: argument.value, datum_b: argument.valueTwo ?? 0)
    }

    private static func architecture(_ name: String) throws(EngineError) -> UInt32 {
        let prefix = "SCMP_ARCH_"
        let token = name.hasPrefix(prefix) ? seccomp_arch_resolve_name(name.dropFirst(prefix.count).lowercased()) : 0
        guard token != 0 else { throw EngineError(.badParameter, "seccomp: unrecognized architecture \(name)") }
        return token
    }

    private static func failure(_ result: Int32, _ subject: String) -> EngineError {
        EngineError(.badParameter, "seccomp: \(SystemError(errno: -result, call: subject))")
    }

    private static func notSupported(_ what: String) -> EngineError {
        EngineError(.notImplemented, "\(what) is not supported yet")
    }
}

/// What happens to a call, as `seccomp(2)` numbers it.
struct SeccompAction {
    var rawValue: UInt32

    /// `errno` is for actions that carry a number; EPERM when nil.
    init(_ name: String, errno: UInt32?) throws(EngineError) {
        let number = (errno ?? 1) & 0xFFFF
        switch name {
        case "SCMP_ACT_ALLOW": rawValue = 0x7FFF_0000
        case "SCMP_ACT_LOG": rawValue = 0x7FFC_0000
        case "SCMP_ACT_TRACE": rawValue = 0x7FF0_0000 | number
        case "SCMP_ACT_ERRNO": rawValue = 0x0005_0000 | number
        case "SCMP_ACT_TRAP": rawValue = 0x0003_0000
        case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD": rawValue = 0
        case "SCMP_ACT_KILL_PROCESS": rawValue = 0x8000_0000
        case "SCMP_ACT_NOTIFY":
            throw EngineError(.notImplemented, "seccomp action SCMP_ACT_NOTIFY is not supported yet")
        default: throw EngineError(.badParameter, "seccomp: invalid action \"\(name)\"")
        }
    }

    /// A call that gets this is not carried out.
    var denies: Bool { rawValue < 0x7FF0_0000 || rawValue == 0x8000_0000 }
}
