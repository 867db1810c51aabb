internal import LaunchSpec
public import APIModel
internal import LinuxSystem
internal import OCIRuntime
internal import OrderedJSON
public import Primitives

extension Engine {
    public func startExec(
        _ id: String, _ request: ExecStartRequest
    ) async throws(EngineError) -> AttachSession? {
        let (container, connection) = try execTarget(id)
        let instance = try execs.claim(id)
        let record = container.record
        do {
            var pair = try SocketPair()
            let socket = FDBox(pair.takeSecond())
            let channel = ByteChannel(pair.takeFirst())
            let options = try await prepare(instance, record: record, detached: request.detach)
            try connection.send(.exec(options), descriptors: request.detach ? [] : [socket]) { [weak self] reply in
                // The supervisor could not even begin: no event will come.
                if case .failure(let failure) = reply { self?.execFailed(id, failure, in: container) }
            }
            publish("exec_start: " + (instance.request.cmd ?? []).joined(separator: " "), record, ["execID": id])
            guard request.detach else {
                if let size = request.consoleSize ?? instance.request.consoleSize, size.count == 2, request.tty {
                    sizeWhenStarted(instance, connection, rows: size[0], columns: size[1])
                }
                let end = instance.end
                return AttachSession(
                    live: channel, multiplexed: !instance.request.tty, ended: { _ = await end.value() },
                    detached: { [weak self] in self?.publish("exec_detach", record, ["execID": id]) })
            }
            try await checkStarted(instance, record: record)
            return nil
        } catch {
            execEnded(id, code: 126, in: container)
            throw EngineError(wrapping: error)
        }
    }

    private func execTarget(_ id: String) throws(EngineError) -> (Container, ShimConnection) {
        let instance = try execs.find(id)
        let container = try containers.find(instance.containerID)
        try checkAcceptsExec(container, name: instance.containerID)
        guard let connection = container.withLive({ $0.connection }) else {
            throw EngineError(.conflict, "container \(instance.containerID) is not running")
        }
        return (container, connection)
    }

    private func checkStarted(
        _ instance: ExecTable.Instance, record: ContainerRecord
    ) async throws(EngineError) {
        switch await instance.start.value() {
        case .started: return
        case .failed(let failure): throw EngineError(failure)
        case .lost: throw EngineError(.conflict, "container \(record.id) is not running")
        }
    }

    /// Writes the process into the bundle.
    private func prepare(
        _ instance: ExecTable.Instance, record: ContainerRecord, detached: Bool
    ) async throws(EngineError) -> ExecOptions {
        let request = instance.request
        return try await workers.run { [self] in
            let process = try launchSpec(of: record).execProcess(request)
            let file = "exec-\(instance.id.prefix(12)).json"
            let bytes = try OrderedJSONEncoder().encode(process)
            try HostFile.write(paths.bundle(record.id) + "/" + file, bytes)
            let streams = OCIRuntime.AttachOptions(
                stdin: request.attachStdin && !detached, stdout: request.attachStdout || request.tty,
                stderr: request.attachStderr, stallLimit: Self.attachStallLimit)
            return ExecOptions(
                id: instance.id, processFile: file, terminal: request.tty, streams: streams,
                user: request.user.isEmpty ? record.config.user : request.user,
                additionalGroups: record.hostConfig.groupAdd ?? [],
                unconfined: record.hostConfig.privileged)
        }
    }

    private func sizeWhenStarted(
        _ instance: ExecTable.Instance, _ connection: ShimConnection, rows: Int, columns: Int
    ) {
        guard let rows = UInt16(exactly: rows), let columns = UInt16(exactly: columns) else { return }
        // Ends when the process was started or could not be.
        Task {
            guard case .started = await instance.start.value() else { return }
            attempt("size the terminal of exec \(instance.id)") {
                try connection.send(.resize(exec: instance.id, columns: columns, rows: rows))
            }
        }
    }

    func execFailed(_ id: String, _ failure: StartFailure, in container: Container) {
        guard let instance = execs.failed(id, failure) else { return }
        container.withLive { _ = $0.execs.remove(id) }
        removeProcessFile(of: instance)
        publish("exec_die", container.record, ["execID": id, "exitCode": "\(failure.exitCode)"])
    }

    func execEnded(_ id: String, code: Int, in container: Container) {
        guard let instance = execs.ended(id, code: code) else { return }
        container.withLive { _ = $0.execs.remove(id) }
        removeProcessFile(of: instance)
        publish("exec_die", container.record, ["execID": id, "exitCode": "\(code)"])
    }

    private func removeProcessFile(of instance: ExecTable.Instance) {
        let path = paths.bundle(instance.containerID) + "/exec-\(instance.id.prefix(12)).json"
        workers.submit { [self] in attempt("remove \(path)") { try HostFile.remove(path) } }
    }

    public func resizeExec(_ id: String, height: Int, width: Int) async throws(EngineError) {
        let (_, connection) = try execTarget(id)
        // Clients ask at once: the process may be on its way.
        let instance = try execs.find(id)
        if instance.phase == .starting { _ = await instance.start.value() }
        guard try execs.find(id).phase == .running else {
            throw EngineError(.badParameter, "exec process is not started")
        }
        try resize(connection, exec: id, height: height, width: width)
    }
}
