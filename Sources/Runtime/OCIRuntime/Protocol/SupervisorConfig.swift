public import Primitives

/// What the shim has to know beyond the OCI specification: `shim.json` in the bundle.
///
/// The bundle is a directory of the daemon (on tmpfs) with `config.json` (OCI runtime-spec), `shim.json` (this),
/// and while the shim runs `shim.sock`. The shim writes the exit record there, which outlives it.
public struct SupervisorConfig: Sendable, Hashable, Codable {
    /// Where the container's output is written by the shim itself, so that a daemon that is away loses nothing.
    public struct Log: Sendable, Hashable, Codable {
        public enum Driver: String, Sendable, Codable {
            case jsonFile = "json-file"
            case none
        }
        public var driver: Driver
        /// The file; created with 0640 if it is not there.
        public var path: String
        /// Bytes after which the file is rotated before the next write; 0 is never.
        public var maxSize: Int64
        /// How many files there may be, the current one included. 1 truncates the only file.
        public var maxFile: Int
        /// Docker's `attrs`, written into every line (labels, environment, tag); sorted by name.
        public var attributes: [String: String]

        public init(
            driver: Driver = .none, path: String = "", maxSize: Int64 = 0, maxFile: Int = 1,
            attributes: [String: String] = [:]
        ) {
            self.driver = driver
            self.path = path
            self.maxSize = maxSize
            self.maxFile = maxFile
            self.attributes = attributes
        }
    }

    public var containerID: String
    /// The root file system, mounted in order onto `root.path` of the specification, inside the container's own mount
    /// namespace: the host never sees it. Empty: `root.path` is the root file system as it stands.
    public var rootMounts: [Mount]
    public var log: Log
    /// A terminal instead of pipes. Overrides `process.terminal`.
    public var terminal: Bool
    /// Standard input is a pipe (or the terminal), not `/dev/null`.
    public var openStdin: Bool
    /// Standard input ends when the first client that was attached to it leaves.
    public var stdinOnce: Bool
    /// Docker's `--user`: `name`, `uid`, `name:group`, `uid:gid`, looked up in the container's own files. Nil takes
    /// `process.user` as it stands.
    public var user: String?
    /// Docker's `--group-add`: names or numbers, looked up in the container's own `/etc/group`.
    public var additionalGroups: [String]
    /// The cgroup below each hierarchy's root, such as `/docker/<id>`.
    public var cgroupPath: String
    /// Overrides the path of the specification's network namespace.
    public var networkNamespace: String?
    /// Makes `process.cwd` if it is missing (0755, root).
    public var createWorkingDirectory: Bool
    /// Puts an empty `/.dockerenv` into the root, by which programs know that they are in one of Docker's containers.
    public var createEnvironmentFile: Bool
    /// A file in the bundle with the finished seccomp filter: `struct sock_filter` records.
    public var seccompFile: String?
    /// The exit record's path.
    public var exitPath: String

    public init(
        containerID: String, rootMounts: [Mount] = [], log: Log = Log(), terminal: Bool = false,
        openStdin: Bool = false, stdinOnce: Bool = false, user: String? = nil, additionalGroups: [String] = [],
        cgroupPath: String = "", networkNamespace: String? = nil, createWorkingDirectory: Bool = true,
        createEnvironmentFile: Bool = false, seccompFile: String? = nil, exitPath: String = "exit.json"
    ) {
        self.containerID = containerID
        self.rootMounts = rootMounts
        self.log = log
        self.terminal = terminal
        self.openStdin = openStdin
        self.stdinOnce = stdinOnce
        self.user = user
        self.additionalGroups = additionalGroups
        self.cgroupPath = cgroupPath
        self.networkNamespace = networkNamespace
        self.createWorkingDirectory = createWorkingDirectory
        self.createEnvironmentFile = createEnvironmentFile
        self.seccompFile = seccompFile
        self.exitPath = exitPath
    }
}
