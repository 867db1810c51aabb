public import Primitives

/// The container calls of the Remote API, as the router needs them. `name` is a full id, a name, or a unique id prefix.
///
/// Common errors: `notFound` (`No such container: x`), `badParameter` for an ambiguous prefix.
public protocol ContainerBackend: Sendable {
    func list(_ query: ContainerQuery) async throws(EngineError) -> [ContainerSummary]
    func inspect(_ name: String, size: Bool) async throws(EngineError) -> ContainerInspect
    /// `name` nil: one is generated. Errors: `notFound` for the image, `conflict` for the name, `badParameter`.
    func create(name: String?, _ request: ContainerCreateRequest) async throws(EngineError) -> ContainerCreated
    /// `hostConfig` replaces the stored one (versions below 1.24). `notModified` when it runs already.
    func start(_ name: String, hostConfig: HostConfig?) async throws(EngineError)
    /// `timeout` in seconds: nil is the container's own or 10, negative waits for ever. `notModified` when stopped.
    func stop(_ name: String, timeout: Int?, signal: String?) async throws(EngineError)
    func restart(_ name: String, timeout: Int?, signal: String?) async throws(EngineError)
    /// `signal` nil or empty: SIGKILL, and the call waits for the end.
    func kill(_ name: String, signal: String?) async throws(EngineError)
    func rename(_ name: String, to newName: String) async throws(EngineError)
    func pause(_ name: String) async throws(EngineError)
    func unpause(_ name: String) async throws(EngineError)
    func remove(_ name: String, _ options: RemoveOptions) async throws(EngineError)
    /// Removes what does not run. Errors: `badParameter` for the filters, `conflict` while another prune is at it.
    func pruneContainers(_ filters: Filters) async throws(EngineError) -> ContainersPruned
    /// Registers at once; the returned value is awaited for the end.
    func wait(_ name: String, until condition: WaitCondition) async throws(EngineError) -> PendingWait
    func top(_ name: String, psArguments: String) async throws(EngineError) -> ContainerTop
    func resize(_ name: String, height: Int, width: Int) async throws(EngineError)
    /// Registered when it returns: output from then on arrives.
    func attach(_ name: String, _ options: AttachOptions) async throws(EngineError) -> AttachSession
    func logs(_ name: String, _ options: LogOptions) async throws(EngineError) -> LogSession
    /// What the container changed of its image, by path.
    func changes(_ name: String) async throws(EngineError) -> [ContainerChange]
    /// A tar of its files, without those of volumes; the other end going away stops it.
    func export(_ name: String) async throws(EngineError) -> ByteChannel
    /// Makes an image of what the container changed; its id. Errors: `badParameter` for changes that can't be made,
    /// `conflict` for a container that is being removed.
    func commit(_ request: CommitRequest) async throws(EngineError) -> String
    /// What is at a path, volumes and all; a symbolic link at its end is not followed. Errors: `notFound`.
    func pathStat(_ name: String, _ path: String) async throws(EngineError) -> ContainerPathStat
    /// A tar of what is at a path. `followsLink`: a symbolic link at its end is. The other end going away stops it.
    func readArchive(
        _ name: String, _ path: String, followsLink: Bool
    ) async throws(EngineError) -> (stat: ContainerPathStat, archive: ByteChannel)
    /// Unpacks a tar, compressed or not, in a directory. Returns when all is there. Errors: `badParameter` for what is no
    /// directory or may not be written, `notFound`.
    func extract(_ archive: ByteChannel, into name: String, _ options: ExtractOptions) async throws(EngineError)
    /// One sample. `isPrimed`: with the one of a second before, which takes that second. Of a container without a
    /// process it has name and id.
    func stats(_ name: String, isPrimed: Bool) async throws(EngineError) -> ContainerStats
    /// A sample at once and then every second, each with the one before it, until the container is removed.
    func watchStats(_ name: String) async throws(EngineError) -> AsyncStream<ContainerStats>
}

/// What `GET /containers/json` asks for.
public struct ContainerQuery: Sendable {
    public var all = false
    public var size = false
    /// 0 or less is no limit.
    public var limit = 0
    public var since: String?
    public var before: String?
    public var filters: Filters

    public init(filters: Filters = Filters()) { self.filters = filters }
}

/// Filters of list calls: every key has one or more values.
public struct Filters: Sendable, Equatable {
    public var values: [String: [String]]

    public init(_ values: [String: [String]] = [:]) { self.values = values }

    public subscript(key: String) -> [String] { values[key] ?? [] }
    public var isEmpty: Bool { values.isEmpty }
}

public struct RemoveOptions: Sendable {
    public var force: Bool
    public var volumes: Bool
    /// Remove only the link of this name.
    public var link: Bool

    public init(force: Bool = false, volumes: Bool = false, link: Bool = false) {
        self.force = force
        self.volumes = volumes
        self.link = link
    }
}

public enum WaitCondition: String, Sendable {
    case notRunning = "not-running"
    case nextExit = "next-exit"
    case removed
}

/// A wait that is already registered.
public struct PendingWait: Sendable {
    private let outcome: @Sendable () async throws(EngineError) -> ContainerWaited

    public init(_ outcome: @escaping @Sendable () async throws(EngineError) -> ContainerWaited) {
        self.outcome = outcome
    }

    /// Returns when the condition holds; throws `unavailable` when the caller's task is cancelled.
    public func value() async throws(EngineError) -> ContainerWaited { try await outcome() }
}

public struct AttachOptions: Sendable {
    public var stdin: Bool
    public var stdout: Bool
    public var stderr: Bool
    /// Replay what was logged first.
    public var logs: Bool
    public var stream: Bool
    /// Docker's text form; nil is the default `ctrl-p,ctrl-q`.
    public var detachKeys: String?

    public init(
        stdin: Bool = false, stdout: Bool = false, stderr: Bool = false, logs: Bool = false, stream: Bool = true,
        detachKeys: String? = nil
    ) {
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.logs = logs
        self.stream = stream
        self.detachKeys = detachKeys
    }
}

/// A stream that is ready to be copied to and from a client.
///
/// `backlog` (when asked for) is read to its end first. `live` is bidirectional: what the client sends is stdin, and its
/// half-close is end of file; it ends when the output ends. Both already carry Docker's framing when `multiplexed`.
public struct AttachSession: Sendable {
    public var backlog: ByteChannel?
    public var live: ByteChannel?
    public var multiplexed: Bool
    /// The client may see the end of the output when this returns: what it asks then has its answer.
    public var ended: (@Sendable () async -> Void)?

    /// Called when the client pressed the detach keys.
    public var detached: (@Sendable () -> Void)?

    public init(
        backlog: ByteChannel? = nil, live: ByteChannel?, multiplexed: Bool,
        ended: (@Sendable () async -> Void)? = nil, detached: (@Sendable () -> Void)? = nil
    ) {
        self.backlog = backlog
        self.live = live
        self.multiplexed = multiplexed
        self.ended = ended
        self.detached = detached
    }
}

public struct LogOptions: Sendable {
    public var follow = false
    public var stdout = false
    public var stderr = false
    public var timestamps = false
    /// Nil is everything.
    public var tail: Int?
    /// Nanoseconds since 1970.
    public var since: Int64?
    public var until: Int64?

    public init() {}
}

/// Log output to be copied to a client until its end; closing it early stops the reader.
public struct LogSession: Sendable {
    public var output: ByteChannel
    public var multiplexed: Bool

    public init(output: ByteChannel, multiplexed: Bool) {
        self.output = output
        self.multiplexed = multiplexed
    }
}
