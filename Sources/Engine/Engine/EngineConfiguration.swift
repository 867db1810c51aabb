public import ContainerNetwork
public import APIModel

/// What an engine is told when it starts. Plain values; `DaemonConfiguration` is where flags and files become one of these.
public struct EngineConfiguration: Sendable {
    /// Everything that lasts: images, containers, volumes, the database. `/var/lib/docker` by default.
    public var root: String
    /// What a reboot may lose: bundles, sockets, network namespaces. `/var/run/docker` by default; best on a tmpfs.
    public var runRoot: String
    /// Empty chooses.
    public var storageDriver = ""
    public var storageOptions: [String] = []
    public var network: NetworkConfiguration
    /// Networking switched off (`--bridge none`).
    public var isNetworkDisabled = false
    public var labels: [String] = []
    public var logDriver = "json-file"
    public var logOptions: [String: String] = [:]
    public var defaultUlimits: [Ulimit] = []
    /// How many processes and threads the command of a build's step may have at once; 0 is as many as the host has.
    public var buildPidsLimit = 0
    /// Empty is `/docker`.
    public var cgroupParent = ""
    /// Containers go on when the engine goes away.
    public var keepsContainersOnShutdown = true
    /// Restart policies are applied when the engine starts.
    public var restartsContainers = true
    /// Seconds for the whole of an orderly shutdown that stops containers.
    public var shutdownTimeout = 15
    public var isDebug = false
    public var shimPath: String
    /// Where image archives for offline use are looked for (`hello-world.tar`).
    public var embeddedImagesPath: String
    public var version: EngineVersion
    /// Asked for Docker Hub's images before Docker Hub is: `https://mirror.example`.
    public var registryMirrors: [String] = []
    /// Hosts and networks (CIDR) whose registries need no good certificate and may speak plain HTTP.
    public var insecureRegistries: [String] = []

    /// Pulled layers are kept as they came too, so that they can be pushed as they came.
    public var keepsPulledLayers = true

    public init(
        root: String, runRoot: String, network: NetworkConfiguration, shimPath: String, embeddedImagesPath: String,
        version: EngineVersion
    ) {
        self.root = root
        self.runRoot = runRoot
        self.network = network
        self.shimPath = shimPath
        self.embeddedImagesPath = embeddedImagesPath
        self.version = version
    }
}

/// How the engine names itself.
public struct EngineVersion: Sendable {
    public var version: String
    public var gitCommit: String
    public var buildTime: String

    public init(version: String, gitCommit: String, buildTime: String) {
        self.version = version
        self.gitCommit = gitCommit
        self.buildTime = buildTime
    }
}
