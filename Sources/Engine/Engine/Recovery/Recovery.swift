internal import ImageStore
internal import APIModel
internal import Logging
internal import Cgroups
internal import Volumes
internal import ContainerNetwork
internal import LinuxSystem
internal import OCIRuntime
internal import Primitives

extension Engine {
    /// Blocking, before anybody is served. In this order: rows, processes, networks, leftovers.
    func recover() throws {
        let records = try store.loadAll()
        for record in records where isSeen(record) { try load(record) }
        let running = containers.all().filter { $0.state.hasProcess || $0.state.phase == .starting }
        try restoreNetworks(of: running)
        for container in running { adopt(container) }
        collectGarbage(besides: records.filter { !isSeen($0) })
    }

    /// The files of the others are another storage driver's: they come back with it. What runs is not lost sight of.
    private func isSeen(_ record: ContainerRecord) -> Bool {
        record.driver.isEmpty || record.driver == images.driverName || record.state.hasProcess
    }

    private func load(_ record: ContainerRecord) throws {
        if record.state.phase == .removing {
            // The row should be gone already: the end came in between.
            return try deleteRow(of: record.id)
        }
        // Its build went with the last engine; layer, folder and network are nobody's now.
        if record.isStep == true { return try forgetStep(record) }
        var record = record
        completeEndpoints(&record)
        try takeName(&record)
        containers.insert(Container(record))
    }

    /// Its name may have gone to another one while it was out of sight.
    private func takeName(_ record: inout ContainerRecord) throws {
        guard let id = ContainerID(record.id), (try? containers.reserve(record.name, for: id)) == nil else { return }
        let name = try reserveName(nil, for: id)
        logger.warning("container \(record.id) is \(name) now: there is another \(record.name)")
        record.name = name
        try store.save(isDurable: false) { [record] in record }
    }

    private func forgetStep(_ record: ContainerRecord) throws {
        attempt("end what is left of \(record.id)") { try controlGroup(of: record).kill() }
        attempt("remove the cgroup of \(record.id)") { try controlGroup(of: record).remove() }
        attempt("remove the bundle of \(record.id)") { try HostDirectory.removeTree(paths.bundle(record.id)) }
        try deleteRow(of: record.id)
        for mount in record.mounts where mount.isAnonymous {
            attempt("remove volume \(mount.name)") { try volumes.remove(mount.name) }
        }
    }

    /// What a container has that ended while nobody looked may be another's by now: its row is older than that one's.
    private func restoreNetworks(of running: [Container]) throws {
        let alive = running.filter { container in
            let bundle = paths.bundle(container.id.description)
            return HostFile.exists(bundle) && (try? ExitRecord.read(bundle: bundle)) == nil
        }
        let endpoints = alive.compactMap { container in
            container.record.sandbox.map { (container.id, $0) }
        }
        for problem in try network?.restore(endpoints: endpoints) ?? [] { logger.warning("\(problem)") }
        for (id, _) in endpoints {
            guard let spec = network?.spec(of: id), let container = try? containers.find(id.description) else {
                continue
            }
            container.withLive { $0.record.sandbox = spec }
        }
    }

    /// A container whose row says that it runs: its supervisor still holds it, or wrote down how it ended, or is gone.
    private func adopt(_ container: Container) {
        let bundle = paths.bundle(container.id.description)
        let run = container.withLive { live -> Int in
            live.run += 1
            return live.run
        }
        if let exit = try? ExitRecord.read(bundle: bundle) { return ended(container, exit) }
        do {
            let connection = try ShimConnection.adopt(bundle: bundle, reactor: reactor) {
                [weak self, weak container] event in
                guard let self, let container else { return }
                handle(event, of: container, run: run)
            }
            noteAdopted(container, connection, try status(of: connection))
        } catch {
            lose(container, bundle: bundle)
        }
    }

    /// Waits for the supervisor's account, briefly: it is single-threaded and answers at once or not at all.
    private func status(of connection: ShimConnection) throws -> ShimStatus? {
        let answer = Answer<ShimStatus?>()
        try connection.send(.status) { result in answer.give(try? result.get()) }
        return answer.wait(seconds: 10) ?? nil
    }

    private func noteAdopted(_ container: Container, _ connection: ShimConnection, _ status: ShimStatus?) {
        guard let status, status.state == .running else {
            // It was waiting for the word to start, which nobody will give any more.
            connection.close()
            return lose(container, bundle: paths.bundle(container.id.description))
        }
        container.withLive { live in
            live.connection = connection
            if live.record.state.phase == .starting {
                live.record.state.phase = .running
                live.record.state.startedAt = .now()
            }
            live.record.state.pid = status.pid
        }
        attempt("let \(container.id) go on") { try settlePause(of: container) }
        attempt("save \(container.id)") { try store.save(container) }
    }

    /// The last engine may have ended while it held the container still for a moment, or between a pause and its row.
    private func settlePause(of container: Container) throws {
        let group = try controlGroup(of: container.record)
        switch (container.state.phase, group.isFrozen) {
        case (.running, true): try group.thaw()
        case (.paused, false): container.withLive { $0.record.state.phase = .running }
        default: break
        }
    }

    /// The machine was restarted, or somebody killed the supervisor: nobody knows the exit code.
    private func lose(_ container: Container, bundle: String) {
        if let exit = try? ExitRecord.read(bundle: bundle) { return ended(container, exit) }
        attempt("end what is left of \(container.id)") { try controlGroup(of: container.record).kill() }
        if container.state.phase == .starting && container.state.startedAt == nil {
            container.withLive { $0.record.state.phase = .created }
            releaseResources(of: container)
            return attempt("save \(container.id)") { try store.save(container) }
        }
        ended(
            container,
            ExitRecord(containerID: container.id.description, code: 255, finishedAt: Timestamp.now().nanoseconds))
    }

    /// What an interrupted create, start or removal left. Nothing is collected while records are set aside: what looks
    /// like nobody's may be theirs.
    private func collectGarbage(besides unseen: [ContainerRecord]) {
        let known = Set(containers.all().map(\.id.description) + unseen.map(\.id))
        let alive = Set(containers.all().filter { $0.state.isRunning }.map(\.id))
        for problem in network?.collectGarbage(keeping: alive) ?? [] { logger.warning("\(problem)") }
        for id in entries(of: paths.bundles) where !known.contains(id) && ContainerID(id) != nil {
            attempt("end what is left of \(id)") { try controlGroup(id: id, parent: "").kill() }
            attempt("remove the cgroup of \(id)") { try controlGroup(id: id, parent: "").remove() }
            attempt("remove the bundle of \(id)") { try HostDirectory.removeTree(paths.bundle(id)) }
        }
        attempt("remove old secrets") { try HostDirectory.removeTree(paths.secrets) }
        volumes.collectGarbage()
        guard (try? store.hasUnreadable()) == false else { return }
        for id in entries(of: paths.containers) where !known.contains(id) && ContainerID(id) != nil {
            attempt("remove the folder of \(id)") { try HostDirectory.removeTree(paths.container(id)) }
        }
        for id in images.containerLayers() where !known.contains(id) {
            attempt("remove the layer of \(id)") { try images.removeContainerLayer(id: id) }
        }
    }

    private func entries(of folder: String) -> [String] {
        (try? HostDirectory.entries(folder)) ?? []
    }

    /// What should run by its restart policy and does not.
    func applyRestartPolicies() async {
        // Oldest first: what a container links to is older than itself, and has to run before it starts.
        var starts: [String: Task<Void, Never>] = [:]
        for container in containers.all().reversed() where wantsStart(container.record) {
            let targets = (container.record.links ?? []).compactMap { starts[$0.target] }
            // Ends with the start; the engine serves meanwhile.
            starts[container.id.description] = Task {
                for target in targets { await target.value }
                await attempt("restart \(container.id)") { () async throws(EngineError) in
                    try await container.gate.withGate { () async throws(EngineError) in
                        guard !container.state.hasProcess, container.state.phase != .removing else { return }
                        try await startNow(container)
                    }
                }
            }
        }
    }

    private func wantsStart(_ record: ContainerRecord) -> Bool {
        guard !record.state.hasProcess, record.state.phase != .created, record.state.phase != .dead else {
            return false
        }
        switch record.hostConfig.restartPolicy.name {
        case "always": return true
        case "unless-stopped": return !record.stoppedByUser
        case "on-failure": return record.state.exitCode != 0 && !record.stoppedByUser
        default: return false
        }
    }
}
