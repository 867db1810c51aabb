extension Option {
    /// Every setting the daemon knows, Docker's names first.
    static let all: [Option] = general + network + cluster + security + registries + absent

    private static let general: [Option] = [
        .switched("D", "debug", help: "Enable debug mode", \.isDebug),
        Option("H", "host", kind: .list, key: "hosts", help: "Socket(s) to listen on") { $0.hosts.append($1) },
        .text("g", "graph", key: nil, help: "Root of the engine's files", \.root),
        .text("data-root", help: "Root of the engine's files", \.root),
        .text("exec-root", help: "Root of what a reboot may lose", \.runRoot),
        .text("p", "pidfile", help: "Path of the PID file", \.pidFile),
        .text("G", "group", help: "Group of the unix socket", \.group),
        Option("l", "log-level", help: "debug, info, warn, error or fatal") {
            (configuration, value) throws(ConfigurationError) in
            guard let level = levels[value] else { throw ConfigurationError("Unable to parse logging level: \(value)") }
            configuration.logLevel = level
        },
        .text("s", "storage-driver", help: "overlay, btrfs or vfs; chosen when empty", \.storageDriver),
        .list("storage-opt", key: "storage-opts", help: "Options of the storage driver, key=value", \.storageOptions),
        Option("label", kind: .list, key: "labels", help: "Label of the engine, key=value") {
            (configuration, value) throws(ConfigurationError) in
            guard value.split(separator: "=", omittingEmptySubsequences: false).count == 2 else {
                throw ConfigurationError("bad attribute format: \(value)")
            }
            configuration.labels.append(value)
        },
        .text("log-driver", help: "Default log driver: json-file or none", \.logDriver),
        Option("log-opt", kind: .list, key: "log-opts", help: "Default log options, key=value") {
            (configuration, value) throws(ConfigurationError) in
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw ConfigurationError("invalid logging option: \(value)") }
            configuration.logOptions[parts[0]] = parts[1]
        },
        Option("default-ulimit", kind: .list, key: "default-ulimits", help: "name=soft[:hard]") {
            (configuration, value) throws(ConfigurationError) in
            configuration.defaultUlimits.append(try ulimit(value))
        },
        Option("build-pids-limit", help: "Processes of a build's RUN; 0 is no limit") {
            (configuration, value) throws(ConfigurationError) in
            configuration.buildPidsLimit = try number(value, "build-pids-limit")
        },
        .text("cgroup-parent", help: "Parent of the containers' cgroups", \.cgroupParent),
        .switched("live-restore", help: "Containers go on when the engine ends", \.liveRestore),
        .switched("r", "restart", key: nil, help: "Apply restart policies at the start", \.restartsContainers),
        Option("shutdown-timeout", help: "Seconds for an orderly end") {
            (configuration, value) throws(ConfigurationError) in
            configuration.shutdownTimeout = try number(value, "shutdown-timeout")
        },
        Option("api-cors-header", help: "Access-Control-Allow-Origin of the API") { $0.corsHeader = $1 },
    ]

    private static let network: [Option] = [
        .text("b", "bridge", help: "Existing bridge for containers; none switches networking off", \.bridge),
        .text("bridge-name", help: "Bridge of the engine's own, made when missing (docker0)", \.bridgeName),
        .text("bip", help: "Address of the bridge, CIDR", \.bip),
        .text("fixed-cidr", help: "Part of the bridge's network for containers", \.fixedCIDR),
        .switched("ipv6", help: "The default bridge has IPv6", \.hasIPv6),
        .text("fixed-cidr-v6", help: "IPv6 subnet of the default bridge", \.fixedCIDRv6),
        .text("default-gateway", help: "Containers' default gateway on the default bridge", \.defaultGateway),
        .text("default-gateway-v6", help: "The same for IPv6", \.defaultGatewayV6),
        Option("mtu", help: "MTU of containers; 0 is the default route's") {
            (configuration, value) throws(ConfigurationError) in
            configuration.mtu = try number(value, "mtu")
        },
        .text("ip", help: "Default address to publish ports at", \.defaultBindAddress),
        .list("dns", help: "Name servers of containers", \.dns),
        .list("dns-search", help: "Search domains of containers", \.dnsSearch),
        .list("dns-opt", key: "dns-opts", help: "Resolver options of containers", \.dnsOptions),
        .switched("icc", help: "Containers reach each other", \.allowsInterContainer),
        .switched("iptables", help: "Manage the firewall", \.managesFirewall),
        .switched("ip-forward", help: "Turn on IP forwarding", \.forwards),
        .switched("userland-proxy", help: "Pass on in user space what the kernel can't", \.usesProxy),
        .switched("ip-masq", help: "Masquerade the containers' network", \.masquerades),
    ]

    private static let cluster: [Option] = [
        .text("cluster-store", help: "Where engines share networks: etcd://HOST:PORT[,…][/PREFIX]", \.clusterStore),
        .text(
            "cluster-advertise", help: "Where the others reach this one: ADDRESS:PORT or LINK:PORT", \.clusterAdvertise),
        Option(
            "cluster-store-opt", kind: .list, key: "cluster-store-opts",
            help: "discovery.ttl=SECONDS, kv.cacertfile=, kv.certfile=, kv.keyfile=FILE"
        ) { (configuration, value) throws(ConfigurationError) in
            let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch (parts.first, parts.last) {
            case ("discovery.ttl", let text?) where parts.count == 2:
                configuration.clusterLeaseSeconds = try number(text, "cluster-store-opt")
            case ("kv.cacertfile", let file?) where parts.count == 2: configuration.clusterAuthority = file
            case ("kv.certfile", let file?) where parts.count == 2: configuration.clusterCertificate = file
            case ("kv.keyfile", let file?) where parts.count == 2: configuration.clusterKey = file
            default: throw ConfigurationError("--cluster-store-opt=\(value) is not supported yet")
            }
        },
    ]

    private static let security: [Option] = [
        .switched("tls", help: "Use TLS", \.usesTLS),
        .switched("tlsverify", help: "Use TLS and verify clients", \.verifiesClients),
        .text("tlscacert", help: "Certificate of the authority for clients", \.tlsCA),
        .text("tlscert", help: "Certificate of the server", \.tlsCertificate),
        .text("tlskey", help: "Key of the server", \.tlsKey),
    ]

    private static let registries: [Option] = [
        .list(
            "insecure-registry", key: "insecure-registries", help: "Registries without good certificates: host or CIDR",
            \.insecureRegistries),
        .list("registry-mirror", key: "registry-mirrors", help: "Mirrors of Docker Hub", \.registryMirrors),
        .switched(
            "keep-pulled-layers", help: "Keep layers as they were pulled too, to push them so", \.keepsPulledLayers),
    ]

    private static let absent: [Option] = [
        .refused("e", "exec-driver", neutral: ["native", ""]),
        .refused("exec-opt", kind: .list, neutral: ["native.cgroupdriver=cgroupfs"]),
        .refused("selinux-enabled", kind: .flag, neutral: ["false"]),
        .refused("userns-remap", neutral: [""]), .refused("default-runtime", neutral: ["martlet", "runc"]),
        .refused("add-runtime", kind: .list), .refused("init", kind: .flag, neutral: ["false"]),
        .refused("experimental", kind: .flag, neutral: ["false"]), .refused("metrics-addr", neutral: [""]),
        .refused("default-shm-size"), .refused("seccomp-profile", neutral: ["builtin"]),
        .refused("api-enable-cors", kind: .flag, neutral: ["false"]), .refused("authorization-plugin", kind: .list),
        .refused("containerd"),
        .refused("firewall-backend", neutral: ["nftables"]), .refused("ip6tables", kind: .flag, neutral: ["false"]),
    ]

    private static let levels = [
        "debug": "debug", "info": "info", "warn": "warning", "warning": "warning", "error": "error",
        "fatal": "critical", "panic": "critical",
    ]

    private static func number(_ text: String, _ name: String) throws(ConfigurationError) -> Int {
        guard let value = Int(text), (0...1_000_000).contains(value) else {
            throw ConfigurationError("invalid value \"\(text)\" for flag --\(name): not a number", exitCode: 2)
        }
        return value
    }

    /// `nofile=1024:2048`.
    static func ulimit(_ text: String) throws(ConfigurationError) -> DaemonConfiguration.ResourceLimit {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty else { throw ConfigurationError("invalid ulimit argument: \(text)") }
        let limits = parts[1].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard (1...2).contains(limits.count), let soft = limits[0], let hard = limits[limits.count - 1] else {
            throw ConfigurationError("invalid ulimit argument: \(text)")
        }
        return .init(name: parts[0], soft: soft, hard: hard)
    }
}
