public import APIModel
public import OCIRuntime
public import Primitives

/// One mount of a container, resolved to what the kernel is asked for.
public struct LaunchMount: Sendable, Equatable {
    public var type: String
    public var source: String
    public var destination: String
    public var options: [String]

    public init(type: String, source: String, destination: String, options: [String]) {
        self.type = type
        self.source = source
        self.destination = destination
        self.options = options
    }
}

/// From Docker's settings to an OCI specification. Pure: what depends on the host has been looked up before, but for
/// device numbers.
public struct LaunchSpec: Sendable {
    public var config: ContainerConfig
    public var hostConfig: HostConfig
    /// argv.
    public var command: [String]
    /// Volumes, binds and the name files.
    public var mounts: [LaunchMount]
    public var joined: JoinedNamespaces
    /// Below each hierarchy's root.
    public var cgroupPath: String
    public var defaultUlimits: [Ulimit]
    /// What HOSTNAME and the kernel say; empty leaves the host's.
    public var hostname: String
    /// What links tell of other containers: after the defaults, before what image and request say.
    public var linkVariables: [String]
    /// A tmpfs on the host that several containers share as `/dev/shm`: that of the container whose IPC namespace is
    /// joined, and of one that may be joined. Nil gives the container its own.
    public var sharedMemoryPath: String?
    /// The host's path of the program for `--init`; nil refuses the option.
    public var initProgram: String?

    public init(
        config: ContainerConfig, hostConfig: HostConfig, command: [String], mounts: [LaunchMount] = [],
        joined: JoinedNamespaces = JoinedNamespaces(), cgroupPath: String, defaultUlimits: [Ulimit] = [],
        hostname: String = "", linkVariables: [String] = [], sharedMemoryPath: String? = nil, initProgram: String? = nil
    ) {
        self.config = config
        self.hostConfig = hostConfig
        self.command = command
        self.mounts = mounts
        self.joined = joined
        self.cgroupPath = cgroupPath
        self.defaultUlimits = defaultUlimits
        self.hostname = hostname
        self.linkVariables = linkVariables
        self.sharedMemoryPath = sharedMemoryPath
        self.initProgram = initProgram
    }

    /// Refuses what can't be launched, before anything is made. Returns warnings for the client.
    public static func validate(config: ContainerConfig, hostConfig: HostConfig) throws(EngineError) -> [String] {
        try ResourceRules.check(hostConfig)
        try ResourceLimits.check(hostConfig.ulimits ?? [])
        try NamespaceRules.check(hostConfig)
        _ = try SecurityOptions(hostConfig.securityOpt ?? [])
        _ = try CapabilitySet.resolve(
            add: hostConfig.capAdd ?? [], drop: hostConfig.capDrop ?? [], privileged: hostConfig.privileged)
        try checkSysctls(hostConfig)
        let words =
            (config.entrypoint ?? []) + (config.cmd ?? []) + (config.env ?? []) + [config.workingDir, config.user]
        guard !words.contains(where: { $0.utf8.contains(0) }) else {
            // The kernel would take what is before it for the whole.
            throw EngineError(.badParameter, "a zero byte in the command, a variable, the folder or the user")
        }
        if !config.domainname.isEmpty && hostConfig.utsMode == "host" {
            throw EngineError(.badParameter, "conflicting options: hostname and the UTS mode")
        }
        guard config.hostname.utf8.count <= 64 else {
            throw EngineError(.badParameter, "hostname \"\(config.hostname)\" is too long (maximum 64 bytes)")
        }
        var warnings: [String] = []
        if hostConfig.networkMode == "host" && !(hostConfig.portBindings ?? [:]).isEmpty {
            warnings.append("Published ports are discarded when using host network mode")
        }
        if hostConfig.kernelMemory != 0 {
            warnings.append("Specifying a kernel memory limit is deprecated and will be removed in a future release.")
        }
        if hostConfig.oomKillDisable == true && hostConfig.memory == 0 {
            warnings.append(
                "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources."
            )
        }
        return warnings
    }

    public func specification() throws(EngineError) -> OCISpec {
        let security = try SecurityOptions(hostConfig.securityOpt ?? [])
        let devices = try DeviceRules.resolve(hostConfig)
        var linux = OCILinux()
        linux.sysctl = sysctls
        linux.resources = try ResourceRules.resources(hostConfig, devices: devices.rules)
        linux.cgroupsPath = cgroupPath
        linux.namespaces = NamespaceRules.namespaces(hostConfig, joining: joined)
        linux.devices = devices.nodes
        if !hostConfig.privileged && !security.isUnmasked {
            linux.maskedPaths = hostConfig.maskedPaths ?? DefaultPaths.masked
            linux.readonlyPaths = hostConfig.readonlyPaths ?? DefaultPaths.readonly
        }
        linux.rootfsPropagation = rootPropagation
        return OCISpec(
            process: try process(), root: OCIRoot(path: "rootfs", readonly: hostConfig.readonlyRootfs),
            hostname: hostConfig.utsMode == "host" ? "" : hostname,
            domainname: hostConfig.utsMode == "host" ? "" : config.domainname, mounts: allMounts, linux: linux)
    }

    /// A bind that is to receive or spread mounts needs a root that lets them through.
    private var rootPropagation: String {
        let options = Set(mounts.flatMap(\.options))
        if !options.isDisjoint(with: ["shared", "rshared"]) { return "rshared" }
        return options.isDisjoint(with: ["slave", "rslave"]) ? "" : "rslave"
    }
}
