internal import LinuxSystem
internal import Netlink
internal import Primitives

/// Writes a container's name files from what its network has become.
struct NetworkFiles: Sendable {
    let configuration: NetworkConfiguration
    /// The daemon's `--dns` and the like.
    let choices: ResolverFile.Choices

    /// All three files. `isHost`: the container is in the host's network.
    func write(_ spec: SandboxSpec, in folder: String, isHost: Bool, usesResolver: Bool) throws(EngineError) {
        guard let record = spec.names else { return }
        let files = NameFiles(folder: folder)
        if isHost {
            try files.write(hosts: HostsFile.text(copyOf: hostFile(configuration.hostsFile), record))
            let own = record.choices
            let resolver = hostFile(configuration.resolverFile)
            try files.write(
                resolver: own.isEmpty ? resolver : ResolverFile.text(host: resolver, container: own, daemon: own))
        } else {
            try writeHosts(spec)
            try files.write(resolver: resolver(record, spec, usesResolver: usesResolver))
        }
        try files.write(hostname: record.hostname, domainname: record.domainname)
    }

    /// resolv.conf of a container that does not run: as the host's is now, unless somebody edited it or nobody has
    /// started the container yet.
    func refreshResolver(_ spec: SandboxSpec, in folder: String, usesResolver: Bool) throws(EngineError) {
        let files = NameFiles(folder: folder)
        guard let record = spec.names, HostFile.exists(files.resolver) else { return }
        try files.write(resolver: resolver(record, spec, usesResolver: usesResolver))
    }

    /// resolv.conf of a container that runs and has come onto its first network of its own.
    func writeResolver(_ spec: SandboxSpec, usesResolver: Bool) throws(EngineError) {
        guard let record = spec.names, !spec.resolvConfPath.isEmpty else { return }
        try NameFiles(folder: HostDirectory.parent(of: spec.resolvConfPath))
            .write(resolver: resolver(record, spec, usesResolver: usesResolver))
    }

    /// `/etc/hosts` alone, in place: a running container sees it at once.
    func writeHosts(_ spec: SandboxSpec) throws(EngineError) {
        guard let record = spec.names, !spec.hostsPath.isEmpty else { return }
        let addresses = spec.endpoints.flatMap { [$0.ipAddress, $0.ipv6Address] }.compactMap(\.self)
        try NameFiles(folder: HostDirectory.parent(of: spec.hostsPath))
            .write(hosts: HostsFile.text(record, addresses: addresses))
    }

    func resolver(_ record: NameEntries, _ spec: SandboxSpec, usesResolver: Bool) -> String {
        let host = hostFile(configuration.resolverFile)
        if usesResolver { return ResolverFile.embedded(host: host, container: record.choices, daemon: choices) }
        return ResolverFile.text(
            host: host, container: record.choices, daemon: choices,
            withIPv6: spec.endpoints.contains { $0.ipv6Address != nil })
    }

    var hostResolver: String { hostFile(configuration.resolverFile) }

    /// A file of the host; one that can't be read is as good as empty.
    private func hostFile(_ path: String) -> String {
        String(decoding: (try? HostFile.read(path, limit: 1 << 20)) ?? [], as: UTF8.self)
    }
}
