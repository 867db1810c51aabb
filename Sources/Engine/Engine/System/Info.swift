internal import ContainerNetwork
internal import ImageStore
public import APIModel
public import Primitives

extension Engine {
    public func info() async throws(EngineError) -> SystemInfo {
        var info = SystemInfo()
        describeEngine(&info)
        describeContainers(&info)
        describeHost(&info)
        describeControl(&info)
        try await describeImages(&info)
        return info
    }

    private func describeEngine(_ info: inout SystemInfo) {
        info.id = engineID
        info.debug = configuration.isDebug
        info.nEventsListener = events.listenerCount
        info.systemTime = Timestamp.now().description
        info.loggingDriver = configuration.logDriver
        info.dockerRootDir = configuration.root
        info.indexServerAddress = "https://index.docker.io/v1/"
        info.registryConfig = registrySettings()
        info.labels = configuration.labels
        info.serverVersion = configuration.version.version
        info.runtimes = ["martlet": .init(path: configuration.shimPath)]
        info.defaultRuntime = "martlet"
        info.initBinary = "docker-init"
        info.initPath = configuration.shimPath
        info.liveRestoreEnabled = configuration.keepsContainersOnShutdown
        info.plugins.volume = ["local"]
        let isInCluster = network?.isInCluster ?? false
        info.plugins.network = ["bridge", "host", "macvlan", "null"] + (isInCluster ? ["overlay"] : [])
        info.plugins.log = ["json-file", "none"]
        info.firewallBackend.driver = "nftables"
        info.nfd = HostFacts.openDescriptors()
        info.nGoroutines = HostFacts.threads()
    }

    private func registrySettings() -> RegistrySettings {
        let networks = configuration.insecureRegistries.filter { IPNetwork($0) != nil }
        // With a slash at the end, as Docker shows them.
        let mirrors = configuration.registryMirrors.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        let hub = ImageReference.defaultDomain
        var indexes = [hub: RegistrySettings.Index(name: hub, mirrors: mirrors, isSecure: true, isOfficial: true)]
        for host in configuration.insecureRegistries where IPNetwork(host) == nil {
            indexes[host] = RegistrySettings.Index(name: host, isSecure: false)
        }
        return RegistrySettings(
            insecureNetworks: ["::1/128", "127.0.0.0/8"] + networks, indexes: indexes, mirrors: mirrors)
    }

    private func describeContainers(_ info: inout SystemInfo) {
        for container in containers.all() {
            info.containers += 1
            switch container.state.phase {
            case .running, .restarting: info.containersRunning += 1
            case .paused: info.containersPaused += 1
            default: info.containersStopped += 1
            }
        }
    }

    private func describeHost(_ info: inout SystemInfo) {
        info.kernelVersion = HostFacts.kernelVersion
        info.operatingSystem = HostFacts.operatingSystem
        info.osVersion = HostFacts.osVersion
        info.osType = "linux"
        info.architecture = HostFacts.machine
        info.ncpu = HostFacts.cpuCount
        info.memTotal = HostFacts.memoryTotal
        info.name = HostFacts.hostname
        info.ipv4Forwarding = HostFacts.isForwardingIPv4
        let environment = HostFacts.proxies
        info.httpProxy = environment.http
        info.httpsProxy = environment.https
        info.noProxy = environment.no
    }

    private func describeControl(_ info: inout SystemInfo) {
        let facts = ControlFacts(layout)
        info.cgroupDriver = "cgroupfs"
        info.cgroupVersion = facts.version
        info.memoryLimit = facts.memory
        info.swapLimit = facts.swap
        info.cpuCfsPeriod = facts.cpu
        info.cpuCfsQuota = facts.cpu
        info.cpuShares = facts.cpu
        info.cpuSet = facts.cpuset
        info.pidsLimit = facts.pids
        info.oomKillDisable = facts.memory && facts.version == "1"
        info.securityOptions = ["name=seccomp,profile=builtin"] + (facts.version == "2" ? ["name=cgroupns"] : [])
        var warnings: [String] = []
        if !facts.memory { warnings.append("WARNING: No memory limit support") }
        if !facts.swap { warnings.append("WARNING: No swap limit support") }
        if !info.ipv4Forwarding { warnings.append("WARNING: IPv4 forwarding is disabled") }
        info.warnings = warnings.isEmpty ? nil : warnings
    }

    private func describeImages(_ info: inout SystemInfo) async throws(EngineError) {
        let (count, status) = try await workers.run { [images] in (try images.list().count, images.driverStatus) }
        info.images = count
        info.driver = images.driverName
        info.driverStatus = status.map { [$0.0, $0.1] }
    }

    public func version() async throws(EngineError) -> SystemVersion {
        let version = configuration.version
        let details = [
            "ApiVersion": APIVersion.current.description, "Arch": HostFacts.goArchitecture,
            "BuildTime": version.buildTime,
            "Experimental": "false", "GitCommit": version.gitCommit, "GoVersion": HostFacts.compiler,
            "KernelVersion": HostFacts.kernelVersion, "MinAPIVersion": APIVersion.minimum.description, "Os": "linux",
        ]
        return SystemVersion(
            platform: .init(name: "Martlet"),
            components: [.init(name: "Engine", version: version.version, details: details)],
            version: version.version, apiVersion: APIVersion.current.description,
            minAPIVersion: APIVersion.minimum.description, gitCommit: version.gitCommit, goVersion: HostFacts.compiler,
            os: "linux", arch: HostFacts.goArchitecture, kernelVersion: HostFacts.kernelVersion,
            buildTime: version.buildTime)
    }

    public var isSwarmActive: Bool { false }
}
