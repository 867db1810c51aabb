public import APIModel
public import Primitives

extension Engine {
    public func inspect(_ name: String, size: Bool) async throws(EngineError) -> ContainerInspect {
        let container = try containers.find(name)
        let answer = container.withLive { live -> ContainerInspect in
            if let known = live.inspected { return known }
            var made = view(of: live.record)
            made.execIDs = live.execs.isEmpty ? nil : live.execs.sorted()
            made.rendered = RenderedJSON()
            live.inspected = made
            return made
        }
        guard size else { return answer }
        var measured = answer
        measured.rendered = nil
        (measured.sizeRw, measured.sizeRootFs) = try await sizes(of: container.record)
        return measured
    }

    private func view(of record: ContainerRecord) -> ContainerInspect {
        var answer = ContainerInspect(id: record.id)
        answer.created = record.created.description
        answer.path = record.path
        answer.args = record.arguments
        answer.state = ContainerState(record.state)
        answer.image = record.imageID
        answer.resolvConfPath = paths.container(record.id) + "/resolv.conf"
        answer.hostnamePath = paths.container(record.id) + "/hostname"
        answer.hostsPath = paths.container(record.id) + "/hosts"
        answer.logPath = record.hostConfig.logConfig.type == "json-file" ? paths.log(record.id) : ""
        answer.name = "/" + record.name
        answer.restartCount = record.restartCount
        answer.driver = record.driver
        answer.hostConfig = record.hostConfig
        if record.links != nil { answer.hostConfig.links = containers.linkTexts(record) }
        answer.graphDriver.name = record.driver
        answer.graphDriver.data = record.graphData
        if record.state.hasProcess, record.graphData != nil {
            // The root is mounted where the container is and nowhere else.
            answer.graphDriver.data?["MergedDir"] = "/proc/\(record.state.pid)/root"
        }
        answer.mounts = record.mounts.filter { $0.kind != .tmpfs }.map(MountPoint.init)
        answer.config = record.config
        answer.networkSettings = NetworkView(networks: networks, record: record).settings
        return answer
    }
}

extension ContainerState {
    init(_ state: RunState) {
        self.init()
        status = state.statusName
        running = state.isRunning
        paused = state.phase == .paused
        restarting = state.shownPhase == .restarting
        oomKilled = state.oomKilled
        dead = state.phase == .dead
        pid = state.hasProcess ? Int(state.pid) : 0
        exitCode = state.exitCode
        error = state.error
        startedAt = state.startedAt?.description ?? Self.never
        finishedAt = state.finishedAt?.description ?? Self.never
    }

    private static let never = "0001-01-01T00:00:00Z"
}

extension MountPoint {
    init(_ mount: ContainerMount) {
        self.init()
        type = mount.kind.rawValue
        name = mount.name
        source = mount.source
        destination = mount.destination
        driver = mount.kind == .volume ? "local" : ""
        mode = mount.mode
        rw = mount.isWritable
        propagation = mount.kind == .bind ? (mount.propagation.isEmpty ? "rprivate" : mount.propagation) : ""
    }
}
