internal import APIModel
internal import ContainerNetwork
internal import Primitives

/// All that is known of a container, as it is stored. A value: changed under the container's lock, then saved whole.
struct ContainerRecord: Codable, Sendable {
    let id: String
    /// Without the leading `/`.
    var name: String
    var created: Timestamp
    /// `sha256:…`
    var imageID: String
    /// As the client wrote it.
    var imageName: String
    @CopyOnWrite var config: ContainerConfig
    @CopyOnWrite var hostConfig: HostConfig
    /// argv[0] and the rest, entrypoint and command joined.
    var path: String
    var arguments: [String]
    /// The graph driver that holds its layer.
    var driver: String
    /// The log driver fixed at create; empty follows the daemon's default.
    var mounts: [ContainerMount]
    var state: RunState
    var restartCount = 0
    /// Stopped by hand: restart policies other than `always` leave it alone when the engine starts.
    var stoppedByUser = false
    var sandbox: SandboxSpec?
    /// What inspect shows of its layer: paths by the names that Docker gives them. Nil where the driver has none.
    var graphData: [String: String]?
    /// The networks that it is on whenever it runs, by name, with what was asked for there. Empty when another's network
    /// is joined.
    var endpoints: [String: EndpointSettings] = [:]
    /// Nil in rows of earlier versions, which didn't name the network of `hostConfig` among the endpoints.
    var listsAllEndpoints: Bool?
    /// On the default network. (Nil in rows of earlier versions.)
    var links: [LinkRecord]?
    /// It runs a step of a build and goes with it. (Nil is false.)
    var isStep: Bool?

    var containerID: ContainerID { ContainerID(id)! }
}

/// Where a container is in its life.
struct RunState: Codable, Sendable, Equatable {
    enum Phase: String, Codable, Sendable {
        case created, starting, running, paused, restarting, exited, removing, dead
    }

    var phase = Phase.created
    var pid: Int32 = 0
    var exitCode = 0
    var error = ""
    var oomKilled = false
    var startedAt: Timestamp?
    var finishedAt: Timestamp?

    /// While `starting`: by its restart policy. (Nil in rows of earlier versions.)
    var startsAgain: Bool?

    /// The phase that is told: a start is no state of its own to the outside.
    var shownPhase: Phase {
        guard phase == .starting else { return phase }
        if startsAgain == true { return .restarting }
        return startedAt == nil ? .created : .exited
    }

    /// Its process exists (or will again in a moment: Docker counts a restarting container as running).
    var isRunning: Bool { [.running, .paused, .restarting].contains(shownPhase) }
    /// Its process exists now.
    var hasProcess: Bool { phase == .running || phase == .paused }
}

/// One resolved mount of a container.
struct ContainerMount: Codable, Sendable, Equatable {
    enum Kind: String, Codable, Sendable { case bind, volume, tmpfs }

    var kind: Kind
    /// The volume's name.
    var name = ""
    /// A host path; empty for tmpfs.
    var source: String
    var destination: String
    var isWritable = true
    var propagation = ""
    /// The mode text as given (`ro`, `z`, …), for inspect.
    var mode = ""
    /// tmpfs options.
    var options: [String] = []
    var isRecursive = true
    /// Of `options`: read-only, but not what is mounted below it.
    static let plainReadOnly = "plain-ro"

    /// Made by us for this container and removed with it when asked.
    var isAnonymous = false
}
