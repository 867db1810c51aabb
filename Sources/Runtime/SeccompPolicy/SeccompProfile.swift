public import OCIRuntime
internal import OrderedJSON
public import Primitives

/// A filter of system calls in Docker's form: the rules of the OCI specification plus conditions on capabilities,
/// architecture and kernel. `resolved` decides the conditions.
public struct SeccompProfile: Sendable, Hashable, Codable {
    public var defaultAction: String
    public var defaultErrnoRet: UInt32?
    /// Either these or `archMap`.
    @OmittedWhenEmpty public var architectures: [String]
    @OmittedWhenEmpty public var archMap: [ArchitectureGroup]
    @OmittedWhenEmpty public var flags: [String]
    @OmittedWhenEmpty public var syscalls: [Rule]

    public init(
        defaultAction: String, defaultErrnoRet: UInt32? = nil, architectures: [String] = [],
        archMap: [ArchitectureGroup] = [], flags: [String] = [], syscalls: [Rule] = []
    ) {
        self.defaultAction = defaultAction
        self.defaultErrnoRet = defaultErrnoRet
        self.architectures = architectures
        self.archMap = archMap
        self.flags = flags
        self.syscalls = syscalls
    }

    /// Reads Docker's JSON, as `--security-opt seccomp=FILE` sends it. Errors: `badParameter`, and for more than
    /// 4 MiB.
    public init(parsing json: [UInt8]) throws(EngineError) {
        guard json.count <= 4 << 20 else {
            throw EngineError(.badParameter, "Decoding seccomp profile failed: more than 4 MiB")
        }
        do {
            self = try OrderedJSONDecoder().decode(SeccompProfile.self, from: json)
        } catch {
            throw EngineError(.badParameter, "Decoding seccomp profile failed: \(error)", cause: error)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            defaultAction: try container.decodeIfPresent(String.self, forKey: .defaultAction) ?? "",
            defaultErrnoRet: try container.decodeIfPresent(UInt32.self, forKey: .defaultErrnoRet),
            architectures: try container.decodeIfPresent([String].self, forKey: .architectures) ?? [],
            archMap: try container.decodeIfPresent([ArchitectureGroup].self, forKey: .archMap) ?? [],
            flags: try container.decodeIfPresent([String].self, forKey: .flags) ?? [],
            syscalls: try container.decodeIfPresent([Rule].self, forKey: .syscalls) ?? [])
    }

    /// A processor and the older ones whose programs it runs.
    public struct ArchitectureGroup: Sendable, Hashable, Codable {
        public var architecture: String
        @OmittedWhenEmpty public var subArchitectures: [String]

        public init(architecture: String, subArchitectures: [String] = []) {
            self.architecture = architecture
            self.subArchitectures = subArchitectures
        }

        enum CodingKeys: String, CodingKey {
            case architecture
            case subArchitectures
        }
    }

    /// What must (`includes`) or must not (`excludes`) hold for a rule to count.
    public struct Condition: Sendable, Hashable, Codable {
        /// With `CAP_`.
        @OmittedWhenEmpty public var caps: [String]
        /// Go's names: `amd64`, `arm64`, ….
        @OmittedWhenEmpty public var arches: [String]
        /// `4.8`
        public var minKernel: String?

        public init(caps: [String] = [], arches: [String] = [], minKernel: String? = nil) {
            self.caps = caps
            self.arches = arches
            self.minKernel = minKernel
        }
    }

    public struct Rule: Sendable, Hashable, Codable {
        /// The older form of `names`.
        @OmittedWhenEmpty public var name: String
        @OmittedWhenEmpty public var names: [String]
        public var action: String
        public var errnoRet: UInt32?
        @OmittedWhenEmpty public var args: [OCISyscallArgument]
        public var includes: Condition?
        public var excludes: Condition?

        public init(
            _ names: [String], action: String = "SCMP_ACT_ALLOW", errnoRet: UInt32? = nil,
            args: [OCISyscallArgument] = [], includes: Condition? = nil, excludes: Condition? = nil
        ) {
            name = ""
            self.names = names
            self.action = action
            self.errnoRet = errnoRet
            self.args = args
            self.includes = includes
            self.excludes = excludes
        }
    }
}
