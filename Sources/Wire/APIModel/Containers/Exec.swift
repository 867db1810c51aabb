/// The body of `POST /containers/{id}/exec`.
public struct ExecCreateRequest: Codable, Sendable {
    @Zero public var user: String
    @Zero public var privileged: Bool
    @Zero public var tty: Bool
    /// Rows, columns.
    @Nullable public var consoleSize: [Int]?
    @Zero public var attachStdin: Bool
    @Zero public var attachStderr: Bool
    @Zero public var attachStdout: Bool
    @Zero public var detachKeys: String
    @Nullable public var env: [String]?
    @Zero public var workingDir: String
    @Nullable public var cmd: [String]?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case user = "User"
        case privileged = "Privileged"
        case tty = "Tty"
        case consoleSize = "ConsoleSize"
        case attachStdin = "AttachStdin"
        case attachStderr = "AttachStderr"
        case attachStdout = "AttachStdout"
        case detachKeys = "DetachKeys"
        case env = "Env"
        case workingDir = "WorkingDir"
        case cmd = "Cmd"
    }
}

public struct ExecCreated: Codable, Sendable {
    public var id: String

    public init(id: String) { self.id = id }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
    }
}

/// The body of `POST /exec/{id}/start`.
public struct ExecStartRequest: Codable, Sendable {
    @Zero public var detach: Bool
    @Zero public var tty: Bool
    /// Rows, columns.
    @Nullable public var consoleSize: [Int]?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case detach = "Detach"
        case tty = "Tty"
        case consoleSize = "ConsoleSize"
    }
}

/// The answer to `GET /exec/{id}/json` in today's shape.
public struct ExecInspect: Codable, Sendable {
    public struct ProcessConfig: Codable, Sendable {
        @Zero public var tty: Bool
        @Zero public var entrypoint: String
        @Zero public var arguments: [String]
        public var privileged: Bool?
        @OmitZero public var user: String

        public init() {}

        enum CodingKeys: String, CodingKey {
            case tty, entrypoint, arguments, privileged, user
        }
    }

    public var id: String
    public var running: Bool
    /// Nil while it runs.
    @Nullable public var exitCode: Int?
    public var processConfig: ProcessConfig
    public var openStdin: Bool
    public var openStderr: Bool
    public var openStdout: Bool
    public var canRemove: Bool
    public var containerID: String
    @Zero public var detachKeys: String
    public var pid: Int

    public init(id: String, containerID: String) {
        self.id = id
        self.containerID = containerID
        running = false
        exitCode = nil
        processConfig = ProcessConfig()
        openStdin = false
        openStderr = false
        openStdout = false
        canRemove = false
        detachKeys = ""
        pid = 0
    }

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case running = "Running"
        case exitCode = "ExitCode"
        case processConfig = "ProcessConfig"
        case openStdin = "OpenStdin"
        case openStderr = "OpenStderr"
        case openStdout = "OpenStdout"
        case canRemove = "CanRemove"
        case containerID = "ContainerID"
        case detachKeys = "DetachKeys"
        case pid = "Pid"
    }
}
