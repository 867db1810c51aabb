/// The container's first process (config.md, Process); also what an exec runs.
public struct OCIProcess: Codable, Hashable, Sendable {
    @OmittedWhenEmpty public var terminal: Bool
    public var consoleSize: OCIConsoleSize?
    public var user: OCIUser
    @OmittedWhenEmpty public var args: [String]
    @OmittedWhenEmpty public var env: [String]
    /// Absolute inside the container.
    public var cwd: String
    public var capabilities: OCICapabilities?
    @OmittedWhenEmpty public var rlimits: [OCIResourceLimit]
    @OmittedWhenEmpty public var noNewPrivileges: Bool
    @OmittedWhenEmpty public var apparmorProfile: String
    public var oomScoreAdj: Int?
    @OmittedWhenEmpty public var selinuxLabel: String

    public init(
        terminal: Bool = false, consoleSize: OCIConsoleSize? = nil, user: OCIUser = OCIUser(), args: [String] = [],
        env: [String] = [], cwd: String = "/", capabilities: OCICapabilities? = nil,
        rlimits: [OCIResourceLimit] = [], noNewPrivileges: Bool = false, apparmorProfile: String = "",
        oomScoreAdj: Int? = nil, selinuxLabel: String = ""
    ) {
        self.terminal = terminal
        self.consoleSize = consoleSize
        self.user = user
        self.args = args
        self.env = env
        self.cwd = cwd
        self.capabilities = capabilities
        self.rlimits = rlimits
        self.noNewPrivileges = noNewPrivileges
        self.apparmorProfile = apparmorProfile
        self.oomScoreAdj = oomScoreAdj
        self.selinuxLabel = selinuxLabel
    }
}

/// Terminal size in characters.
public struct OCIConsoleSize: Codable, Hashable, Sendable {
    public var height: UInt
    public var width: UInt

    public init(height: UInt, width: UInt) {
        self.height = height
        self.width = width
    }
}

/// Who the process runs as, in the container's user namespace.
public struct OCIUser: Codable, Hashable, Sendable {
    public var uid: UInt32
    public var gid: UInt32
    public var umask: UInt32?
    @OmittedWhenEmpty public var additionalGids: [UInt32]

    public init(uid: UInt32 = 0, gid: UInt32 = 0, umask: UInt32? = nil, additionalGids: [UInt32] = []) {
        self.uid = uid
        self.gid = gid
        self.umask = umask
        self.additionalGids = additionalGids
    }
}

/// Capability sets by names with `CAP_` (`capabilities(7)`).
public struct OCICapabilities: Codable, Hashable, Sendable {
    @OmittedWhenEmpty public var bounding: [String]
    @OmittedWhenEmpty public var effective: [String]
    @OmittedWhenEmpty public var inheritable: [String]
    @OmittedWhenEmpty public var permitted: [String]
    @OmittedWhenEmpty public var ambient: [String]

    public init(
        bounding: [String] = [], effective: [String] = [], inheritable: [String] = [], permitted: [String] = [],
        ambient: [String] = []
    ) {
        self.bounding = bounding
        self.effective = effective
        self.inheritable = inheritable
        self.permitted = permitted
        self.ambient = ambient
    }
}

/// One limit of `setrlimit(2)`, such as `RLIMIT_NOFILE`.
public struct OCIResourceLimit: Codable, Hashable, Sendable {
    public var type: String
    public var hard: UInt64
    public var soft: UInt64

    public init(type: String, hard: UInt64, soft: UInt64) {
        self.type = type
        self.hard = hard
        self.soft = soft
    }
}
