public import APIModel
public import Primitives

extension Engine {
    public func createExec(
        _ name: String, _ request: ExecCreateRequest
    ) async throws(EngineError) -> ExecCreated {
        guard let command = request.cmd, !command.isEmpty, !command[0].isEmpty else {
            throw EngineError(.badParameter, "No exec command specified")
        }
        let container = try containers.find(name)
        try checkAcceptsExec(container, name: container.id.description)
        if !request.workingDir.isEmpty && !request.workingDir.hasPrefix("/") {
            throw EngineError(.badParameter, "Cwd must be an absolute path: \(request.workingDir)")
        }
        let id = ContainerID.random().description
        execs.insert(ExecTable.Instance(id: id, containerID: container.id.description, request: request))
        container.withLive { _ = $0.execs.insert(id) }
        publish("exec_create: " + command.joined(separator: " "), container.record, ["execID": id])
        return ExecCreated(id: id)
    }

    func checkAcceptsExec(_ container: Container, name: String) throws(EngineError) {
        switch container.state.phase {
        case .running: return
        case .paused:
            throw EngineError(.conflict, "Container \(name) is paused, unpause the container before exec")
        case .restarting:
            throw EngineError(.conflict, "Container \(name) is restarting, wait until the container is running")
        default: throw EngineError(.conflict, "container \(name) is not running")
        }
    }

    public func inspectExec(_ id: String) async throws(EngineError) -> ExecInspect {
        let instance = try execs.find(id)
        var answer = ExecInspect(id: id, containerID: instance.containerID)
        answer.running = instance.phase == .running
        answer.exitCode = instance.exitCode
        answer.processConfig.tty = instance.request.tty
        answer.processConfig.entrypoint = instance.request.cmd?.first ?? ""
        answer.processConfig.arguments = Array((instance.request.cmd ?? []).dropFirst())
        answer.processConfig.privileged = instance.request.privileged
        answer.processConfig.user = instance.request.user
        answer.openStdin = instance.request.attachStdin
        answer.openStdout = instance.request.attachStdout
        answer.openStderr = instance.request.attachStderr
        answer.canRemove = instance.phase == .ended
        answer.detachKeys = instance.request.detachKeys
        answer.pid = Int(instance.pid)
        return answer
    }
}
