/// What a daemon is told, by flags and its configuration file. Plain values.
public struct DaemonConfiguration: Sendable, Equatable {
    /// One `--default-ulimit`; -1 is unlimited.
    public struct ResourceLimit: Sendable, Equatable {
        public var name: String
        public var soft: Int64
        public var hard: Int64
    }

    /// `-g`, `--graph`, `--data-root`.
    public var root = "/var/lib/docker"
    /// `--exec-root`.
    public var runRoot = "/var/run/docker"
    /// `-H`.
    public var hosts = ["unix:///var/run/docker.sock"]
    public var pidFile = "/var/run/docker.pid"
    /// `-G`: who may use the unix socket.
    public var group = "docker"
    public var isDebug = false
    public var logLevel = "info"
    /// The variable `DOCKER_DRIVER` beats it.
    public var storageDriver = ""
    public var storageOptions: [String] = []
    public var labels: [String] = []
    public var logDriver = "json-file"
    public var logOptions: [String: String] = [:]
    public var defaultUlimits: [ResourceLimit] = []
    /// `--build-pids-limit`: of each RUN of a build; 0 is no limit.
    public var buildPidsLimit = 4096
    public var cgroupParent = ""
    public var liveRestore = true
    /// `-r`: restart policies are applied at the start.
    public var restartsContainers = true
    /// Seconds.
    public var shutdownTimeout = 15
    /// `-b`: an existing bridge, or `none`.
    public var bridge = ""
    /// `--bridge-name`: a bridge of the daemon's own, instead of docker0.
    public var bridgeName = ""
    public var bip = ""
    public var fixedCIDR = ""
    public var usesProxy = true
    public var hasIPv6 = false
    public var fixedCIDRv6 = ""
    public var defaultGateway = ""
    public var defaultGatewayV6 = ""
    public var mtu = 0
    public var defaultBindAddress = "0.0.0.0"
    public var dns: [String] = []
    public var dnsSearch: [String] = []
    public var dnsOptions: [String] = []
    public var allowsInterContainer = true
    public var managesFirewall = true
    public var forwards = true
    public var masquerades = true
    /// `--cluster-store`: where engines agree on networks that they share; empty for none.
    public var clusterStore = ""
    /// `--cluster-advertise`: where the others reach this engine.
    public var clusterAdvertise = ""
    /// Seconds; `--cluster-store-opt discovery.ttl=`.
    public var clusterLeaseSeconds = 600
    /// Files for TLS to the store: `kv.cacertfile`, `kv.certfile`, `kv.keyfile`.
    public var clusterAuthority = ""
    public var clusterCertificate = ""
    public var clusterKey = ""
    public var usesTLS = false
    public var verifiesClients = false
    public var tlsCA = ""
    public var tlsCertificate = ""
    public var tlsKey = ""
    public var corsHeader: String?
    /// Asked for Docker Hub's images first.
    public var registryMirrors: [String] = []
    /// `--keep-pulled-layers`: as they came, beside their files.
    public var keepsPulledLayers = true
    /// Hosts and networks whose registries need no good certificate.
    public var insecureRegistries: [String] = []

    public init() {}
}

/// What a command line asks for.
public enum DaemonCommand: Sendable, Equatable {
    case run(DaemonConfiguration)
    case version
    /// The usage, to be printed.
    case help(String)
}

/// A command line or configuration that can't be used; the exit code is 2 for flags and 1 for the rest, as Docker's.
public struct ConfigurationError: Error, Sendable, Equatable {
    public var message: String
    public var exitCode: Int32

    init(_ message: String, exitCode: Int32 = 1) {
        self.message = message
        self.exitCode = exitCode
    }
}
