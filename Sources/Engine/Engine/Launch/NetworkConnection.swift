internal import APIModel
internal import ContainerNetwork
internal import Primitives

extension Engine {
    /// Gives a container its network for one run.
    func connectNetwork(_ container: Container) async throws(EngineError) -> SandboxSpec? {
        let record = container.record
        guard let network else {
            guard ["none", "host"].contains(record.hostConfig.networkMode) else {
                throw EngineError(.badParameter, "networking is switched off: use --net none or --net host")
            }
            return nil
        }
        if record.hostConfig.networkMode.hasPrefix("container:") {
            return try joinedSandbox(record.hostConfig.networkMode)
        }
        let request = try sandboxRequest(of: record)
        return try await workers.run { [self] in try network.connect(withWayOut(request)) }
    }

    /// Another container's namespace, with its name files. Errors: `conflict` when it does not run.
    private func joinedSandbox(_ mode: String) throws(EngineError) -> SandboxSpec {
        let pid = try runningPID(of: mode, "network")
        let target = try containers.find(String(mode.dropFirst("container:".count)))
        guard let theirs = target.record.sandbox else {
            throw EngineError(.conflict, "cannot join network of a non running container: \(target.id)")
        }
        let path =
            theirs.namespacePath ?? (target.record.hostConfig.networkMode == "host" ? nil : "/proc/\(pid)/ns/net")
        return SandboxSpec(
            namespacePath: path, hostsPath: theirs.hostsPath, resolvConfPath: theirs.resolvConfPath,
            hostnamePath: theirs.hostnamePath)
    }
}
