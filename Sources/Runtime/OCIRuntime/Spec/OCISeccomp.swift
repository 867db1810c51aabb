/// A system call filter as rules (config-linux.md, Seccomp). The daemon compiles it; the runtime loads the result.
public struct OCISeccomp: Codable, Hashable, Sendable {
    /// `SCMP_ACT_ERRNO`, `SCMP_ACT_ALLOW`, ….
    public var defaultAction: String
    public var defaultErrnoRet: UInt32?
    /// `SCMP_ARCH_X86_64`, ….
    @OmittedWhenEmpty public var architectures: [String]
    /// `SECCOMP_FILTER_FLAG_LOG`, ….
    @OmittedWhenEmpty public var flags: [String]
    @OmittedWhenEmpty public var listenerPath: String
    @OmittedWhenEmpty public var listenerMetadata: String
    @OmittedWhenEmpty public var syscalls: [OCISyscall]

    public init(
        defaultAction: String, defaultErrnoRet: UInt32? = nil, architectures: [String] = [], flags: [String] = [],
        listenerPath: String = "", listenerMetadata: String = "", syscalls: [OCISyscall] = []
    ) {
        self.defaultAction = defaultAction
        self.defaultErrnoRet = defaultErrnoRet
        self.architectures = architectures
        self.flags = flags
        self.listenerPath = listenerPath
        self.listenerMetadata = listenerMetadata
        self.syscalls = syscalls
    }
}

/// One rule: these calls, when all of `args` hold, get `action`.
public struct OCISyscall: Codable, Hashable, Sendable {
    public var names: [String]
    public var action: String
    public var errnoRet: UInt32?
    @OmittedWhenEmpty public var args: [OCISyscallArgument]

    public init(names: [String], action: String, errnoRet: UInt32? = nil, args: [OCISyscallArgument] = []) {
        self.names = names
        self.action = action
        self.errnoRet = errnoRet
        self.args = args
    }
}

/// A comparison of one argument: `op` is `SCMP_CMP_EQ`, `SCMP_CMP_MASKED_EQ` (mask `value`, datum `valueTwo`), ….
public struct OCISyscallArgument: Codable, Hashable, Sendable {
    /// 0 to 5.
    public var index: UInt32
    public var value: UInt64
    public var valueTwo: UInt64?
    public var op: String

    public init(index: UInt32, value: UInt64, valueTwo: UInt64? = nil, op: String) {
        self.index = index
        self.value = value
        self.valueTwo = valueTwo
        self.op = op
    }
}
