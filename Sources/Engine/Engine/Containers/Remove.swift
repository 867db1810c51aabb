internal import ImageStore
internal import Volumes
internal import LinuxSystem
public import APIModel
public import Primitives

extension Engine {
    public func remove(_ name: String, _ options: RemoveOptions) async throws(EngineError) {
        if options.link { return try await removeLink(name) }
        let container = try containers.find(name)
        try claimForRemoval(container, name: name, force: options.force)
        // Not through the gate: a stop that waits for its grace period must not hold up a kill.
        if options.force { try await killForRemoval(container) }
        try await container.gate.withGate { () async throws(EngineError) in
            // A start may have been before us.
            if options.force { try await killForRemoval(container) }
            try await removeNow(container, volumes: options.volumes)
        }
    }

    private func killForRemoval(_ container: Container) async throws(EngineError) {
        guard container.state.isRunning else { return }
        container.withLive { $0.record.stoppedByUser = true }
        if container.state.phase == .restarting { await cancelRestart(container) }
        try await killNow(container)
    }

    /// Says no before anything is touched.
    private func claimForRemoval(_ container: Container, name: String, force: Bool) throws(EngineError) {
        let state = container.state
        if state.phase == .removing {
            throw EngineError(.conflict, "removal of container \(name) is already in progress")
        }
        guard !force else { return }
        if container.record.isStep == true, !state.isRunning {
            // Its files are about to become an image's layer.
            throw EngineError(
                .conflict,
                "cannot remove container \"\(name)\": a build that goes on needs it: wait for its end or force remove")
        }
        guard state.isRunning else { return }
        if state.phase == .paused {
            throw EngineError(
                .conflict,
                "cannot remove container \"\(name)\": container is paused and must be unpaused first")
        }
        throw EngineError(
            .conflict,
            "cannot remove container \"\(name)\": container is running: stop the container before removing or force remove"
        )
    }

    /// Under the gate, and stopped. The row goes first: what is left behind then belongs to nobody and is collected
    /// at the next start should this process end here.
    func removeNow(_ container: Container, volumes removeVolumes: Bool) async throws(EngineError) {
        // Before anything is marked: the row of the run that has just ended is written by then.
        await finishTeardown(of: container)
        let previous = container.withLive { live -> ContainerRecord? in
            guard !live.record.state.isRunning, live.record.state.phase != .removing else { return nil }
            let record = live.record
            live.record.state.phase = .removing
            return record
        }
        guard let previous else {
            let phase = container.state.phase
            let text =
                phase == .removing
                ? "removal of container \(container.id) is already in progress"
                : "cannot remove container \"\(container.name)\": container is running: stop the container before removing or force remove"
            throw EngineError(.conflict, text)
        }
        do {
            try await workers.run { [self] in try deleteRow(of: previous.id) }
        } catch {
            container.withLive { $0.record.state.phase = previous.state.phase }
            throw error
        }
        containers.remove(container)
        closePendingAttaches(container)
        statsCollector.end(container.id)
        publish("destroy", previous)
        container.answerWaiters(
            [.removed, .notRunning, .nextExit], ContainerWaited(statusCode: previous.state.exitCode))
        await forgetLinks(to: container.id)
        await releaseServices(of: container.id)
        removeFiles(of: previous, volumes: removeVolumes)
    }

    /// Blocking. Where the disk is so full that not even a row can be deleted, the files make room for it: they go anyway.
    func deleteRow(of id: String) throws {
        do { try store.delete(id) } catch let error as EngineError where StateStore.lacksRoom(error) {
            attempt("remove the folder of \(id)") { try HostDirectory.removeTree(paths.container(id)) }
            attempt("remove the layer of \(id)") { try images.removeContainerLayer(id: id) }
            images.makeRoom()
            try store.delete(id)
        }
    }

    /// In the background, when the client has its answer.
    private func removeFiles(of record: ContainerRecord, volumes removeVolumes: Bool) {
        let anonymous = removeVolumes ? record.mounts.filter(\.isAnonymous).map(\.name) : []
        workers.submit { [self] in
            attempt("remove the folder of \(record.id)") { try HostDirectory.removeTree(paths.container(record.id)) }
            attempt("remove the layer of \(record.id)") { try images.removeContainerLayer(id: record.id) }
            for name in anonymous where !isVolumeUsed(name) {
                attempt("remove volume \(name)") { try volumes.remove(name) }
            }
        }
    }

    func isVolumeUsed(_ name: String) -> Bool {
        containers.all().contains { $0.record.mounts.contains { $0.name == name } }
    }
}
