internal import APIModel
internal import Cgroups
internal import ContainerNetwork
internal import LaunchSpec
internal import Primitives

extension Engine {
    /// What the specification is made from. Errors: `conflict` when a container whose namespace is joined does not run.
    func launchSpec(of record: ContainerRecord) throws(EngineError) -> LaunchSpec {
        LaunchSpec(
            config: record.config, hostConfig: record.hostConfig, command: [record.path] + record.arguments,
            mounts: launchMounts(of: record), joined: try joinedNamespaces(of: record),
            cgroupPath: cgroupPath(of: record), defaultUlimits: configuration.defaultUlimits,
            hostname: hostname(of: record), linkVariables: linkVariables(of: record))
    }

    private func joinedNamespaces(of record: ContainerRecord) throws(EngineError) -> JoinedNamespaces {
        var joined = JoinedNamespaces()
        joined.network = record.sandbox?.namespacePath
        joined.ipc = try joinedPath(record.hostConfig.ipcMode, "ipc", "IPC")
        joined.pid = try joinedPath(record.hostConfig.pidMode, "pid", "PID")
        return joined
    }

    private func joinedPath(_ mode: String, _ kind: String, _ word: String) throws(EngineError) -> String? {
        guard mode.hasPrefix("container:") else { return nil }
        return "/proc/\(try runningPID(of: mode, word))/ns/\(kind)"
    }

    /// The pid of the container that a mode such as `container:ID` names.
    func runningPID(of mode: String, _ word: String) throws(EngineError) -> Int32 {
        let name = String(mode.dropFirst("container:".count))
        let target = try containers.find(name)
        let state = target.state
        guard state.hasProcess, state.pid > 0 else {
            throw EngineError(.conflict, "cannot join \(word) of a non running container: \(target.id)")
        }
        return state.pid
    }

    func hostname(of record: ContainerRecord) -> String {
        if record.hostConfig.utsMode == "host" { return "" }
        if !record.config.hostname.isEmpty { return record.config.hostname }
        if record.hostConfig.networkMode == "host" { return HostFacts.hostname }
        guard record.hostConfig.networkMode.hasPrefix("container:"),
            let target = try? containers.find(String(record.hostConfig.networkMode.dropFirst("container:".count)))
        else { return String(record.id.prefix(12)) }
        return hostname(of: target.record)
    }

    private func launchMounts(of record: ContainerRecord) -> [LaunchMount] {
        record.mounts.map(launchMount) + nameFiles(of: record)
    }

    private func launchMount(_ mount: ContainerMount) -> LaunchMount {
        guard mount.kind != .tmpfs else {
            let standard = ["noexec", "nosuid", "nodev"].filter { flag in
                !mount.options.contains { $0 == flag || "no" + $0 == flag }
            }
            return LaunchMount(
                type: "tmpfs", source: "tmpfs", destination: mount.destination, options: standard + mount.options)
        }
        var options = [mount.isRecursive ? "rbind" : "bind"]
        options.append(mount.propagation.isEmpty ? "rprivate" : mount.propagation)
        let isPlain = !mount.isRecursive || mount.options.contains(ContainerMount.plainReadOnly)
        if !mount.isWritable { options.append(isPlain ? "ro" : "rro") }
        return LaunchMount(type: "bind", source: mount.source, destination: mount.destination, options: options)
    }

    /// hosts, resolv.conf and hostname, unless the user mounts something there.
    private func nameFiles(of record: ContainerRecord) -> [LaunchMount] {
        guard let sandbox = record.sandbox else { return [] }
        let taken = Set(record.mounts.map(\.destination))
        return [
            ("/etc/resolv.conf", sandbox.resolvConfPath), ("/etc/hostname", sandbox.hostnamePath),
            ("/etc/hosts", sandbox.hostsPath),
        ].filter { !$0.1.isEmpty && !taken.contains($0.0) }.map { destination, source in
            LaunchMount(type: "bind", source: source, destination: destination, options: ["rbind", "rprivate"])
        }
    }

    func cgroupPath(of record: ContainerRecord) -> String {
        cgroupPath(id: record.id, parent: record.hostConfig.cgroupParent)
    }

    func cgroupPath(id: String, parent: String) -> String {
        let chosen = parent.isEmpty ? configuration.cgroupParent : parent
        let folder = chosen.isEmpty ? "/docker" : AbsolutePath.clean("/" + chosen)
        return (folder == "/" ? "" : folder) + "/" + id
    }

    func controlGroup(of record: ContainerRecord) throws(EngineError) -> ControlGroup {
        try controlGroup(id: record.id, parent: record.hostConfig.cgroupParent)
    }
}

extension Engine {
    func controlGroup(id: String, parent: String) throws(EngineError) -> ControlGroup {
        do {
            return try ControlGroup(cgroupPath(id: id, parent: parent), layout: layout)
        } catch {
            throw EngineError(.internal, "\(error)", cause: error)
        }
    }
}
