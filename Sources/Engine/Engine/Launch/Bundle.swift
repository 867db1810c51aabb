internal import SeccompPolicy
internal import ImageStore
internal import APIModel
internal import ContainerNetwork
internal import LaunchSpec
internal import LinuxSystem
internal import OCIRuntime
internal import OrderedJSON
internal import Primitives

extension Engine {
    /// Makes the folder that a supervisor works from: the OCI specification and what goes beyond it. Blocking.
    func writeBundle(of container: Container) throws {
        let record = container.record
        let bundle = paths.bundle(record.id)
        try HostDirectory.removeTree(bundle)
        try HostDirectory.make(bundle, mode: 0o700)
        try HostDirectory.make(bundle + "/rootfs", mode: 0o755)
        var launch = try launchSpec(of: record)
        launch.linkVariables += container.withLive { $0.secretVariables }
        var supervisor = try supervisorConfig(of: record)
        if let filter = try seccompFilter(of: launch) {
            try HostFile.write(bundle + "/seccomp.bpf", filter)
            supervisor.seccompFile = "seccomp.bpf"
        }
        try HostFile.write(bundle + "/config.json", OrderedJSONEncoder().encode(try launch.specification()))
        try HostFile.write(bundle + "/shim.json", OrderedJSONEncoder().encode(supervisor))
    }

    private func seccompFilter(of launch: LaunchSpec) throws(EngineError) -> [UInt8]? {
        let (choice, capabilities) = try launch.seccompChoice()
        return try seccomp.filter(for: choice, capabilities: capabilities)
    }

    private func supervisorConfig(of record: ContainerRecord) throws -> SupervisorConfig {
        var supervisor = SupervisorConfig(containerID: record.id)
        supervisor.rootMounts = try images.mounts(containerLayer: record.id)
        supervisor.log = try log(of: record)
        supervisor.terminal = record.config.tty
        supervisor.openStdin = record.config.openStdin
        supervisor.stdinOnce = record.config.stdinOnce
        // Nothing is root as the container's own files have it, with all of root's groups.
        supervisor.user = record.config.user
        supervisor.additionalGroups = record.hostConfig.groupAdd ?? []
        supervisor.cgroupPath = cgroupPath(of: record)
        supervisor.createEnvironmentFile = true
        supervisor.networkNamespace = record.sandbox?.namespacePath
        return supervisor
    }

    private func log(of record: ContainerRecord) throws -> SupervisorConfig.Log {
        guard record.hostConfig.logConfig.type == "json-file" else { return SupervisorConfig.Log() }
        let rotation = try LogSettings.rotation(of: record.hostConfig.logConfig)
        return SupervisorConfig.Log(
            driver: .jsonFile, path: paths.log(record.id), maxSize: rotation.maximumSize ?? 0, maxFile: rotation.files)
    }

    /// Starts the supervisor; it waits for the word to start. Blocking.
    func openSupervisor(of container: Container, run: Int) throws -> ShimConnection {
        try launcher.launch(bundle: paths.bundle(container.id.description)) { [weak self, weak container] event in
            guard let self, let container else { return }
            handle(event, of: container, run: run)
        }
    }

    func sendSignal(_ number: Int32, to container: Container) throws(EngineError) {
        guard let connection = container.withLive({ $0.connection }) else { return }
        do {
            try connection.send(.signal(exec: nil, number: number))
        } catch  where error.isDisconnection {
            // The supervisor has just ended, and the container with it: the news is on its way.
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}

extension EngineError {
    /// A start that failed, with Docker's status: what the client got wrong is a bad request.
    init(_ failure: StartFailure) {
        let kind: Kind = failure.kind == .other ? .internal : .badParameter
        self.init(
            kind,
            "failed to create task for container: failed to create shim task: OCI runtime create failed: "
                + "unable to start container process: \(failure.message)",
            cause: failure)
    }
}

extension StartFailure {
    /// What a shell would answer: 127 not found, 126 not executable, 128 for what is no fault of the command.
    var exitCode: Int {
        switch kind {
        case .commandNotFound: 127
        case .notExecutable: 126
        case .other: 128
        }
    }
}
