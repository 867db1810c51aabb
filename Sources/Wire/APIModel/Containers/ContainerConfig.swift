/// The portable half of a container's settings (Docker's `Config`): what an image may carry.
public struct ContainerConfig: Codable, Sendable, Equatable {
    @Zero public var hostname: String
    @Zero public var domainname: String
    @Zero public var user: String
    @Zero public var attachStdin: Bool
    @Zero public var attachStdout: Bool
    @Zero public var attachStderr: Bool
    /// Keys are `80/tcp`.
    @OmitZero public var exposedPorts: [String: EmptyObject]
    @Zero public var tty: Bool
    @Zero public var openStdin: Bool
    /// Close stdin when the first attached client leaves.
    @Zero public var stdinOnce: Bool
    /// `NAME=value`; a bare `NAME` removes the variable.
    @Nullable public var env: [String]?
    @Nullable public var cmd: [String]?
    @OmitZero public var healthcheck: HealthcheckConfig
    @Zero public var image: String
    @Nullable public var volumes: [String: EmptyObject]?
    @Zero public var workingDir: String
    @Nullable public var entrypoint: [String]?
    @OmitZero public var networkDisabled: Bool
    @OmitZero public var macAddress: String
    @Nullable public var onBuild: [String]?
    @Nullable public var labels: [String: String]?
    @OmitZero public var stopSignal: String
    /// Seconds.
    public var stopTimeout: Int?
    @OmitZero public var shell: [String]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case hostname = "Hostname"
        case domainname = "Domainname"
        case user = "User"
        case attachStdin = "AttachStdin"
        case attachStdout = "AttachStdout"
        case attachStderr = "AttachStderr"
        case exposedPorts = "ExposedPorts"
        case tty = "Tty"
        case openStdin = "OpenStdin"
        case stdinOnce = "StdinOnce"
        case env = "Env"
        case cmd = "Cmd"
        case healthcheck = "Healthcheck"
        case image = "Image"
        case volumes = "Volumes"
        case workingDir = "WorkingDir"
        case entrypoint = "Entrypoint"
        case networkDisabled = "NetworkDisabled"
        case macAddress = "MacAddress"
        case onBuild = "OnBuild"
        case labels = "Labels"
        case stopSignal = "StopSignal"
        case stopTimeout = "StopTimeout"
        case shell = "Shell"
    }
}

/// Docker's `Healthcheck`; durations are nanoseconds.
public struct HealthcheckConfig: Codable, Sendable, Equatable, ZeroValue {
    /// `[]` inherits, `["NONE"]`, `["CMD", …]`, `["CMD-SHELL", text]`.
    @OmitZero public var test: [String]
    @OmitZero public var interval: Int64
    @OmitZero public var timeout: Int64
    @OmitZero public var startPeriod: Int64
    @OmitZero public var startInterval: Int64
    @OmitZero public var retries: Int

    public init() {}

    enum CodingKeys: String, CodingKey {
        case test = "Test"
        case interval = "Interval"
        case timeout = "Timeout"
        case startPeriod = "StartPeriod"
        case startInterval = "StartInterval"
        case retries = "Retries"
    }
}
