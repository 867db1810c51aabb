internal import APIModel
internal import Dispatch
internal import Dockerfile
internal import GraphDrivers
internal import ImageBuilder
internal import ImageStore
internal import LinuxSystem
internal import Logging
internal import OCIRuntime
internal import Primitives

extension BuildSession {
    func run(
        _ run: RunStep, mounting stages: [String: BuiltImage], _ plan: ImagePlan, _ step: StepReport
    ) async throws(EngineError) -> BuiltImage {
        guard !run.command.isEmpty else { return try await record(plan) }
        let mounts = try await prepareMounts(of: run, stages)
        defer { release(mounts) }
        try await engine.enterStep()
        defer { engine.stepPermits.leave() }
        guard !Task.isCancelled else { throw EngineError(.unavailable, "Build cancelled") }
        let (container, warnings) = try await engine.workers.run { [self] in try makeContainer(run, plan, mounts) }
        for warning in warnings { step(.note(" ---> [Warning] \(warning)")) }
        step(.runningIn(container: container.id.description))
        do {
            try await execute(container, run, step)
            // Its mounts go with it; only then its files are nobody's but ours.
            await engine.finishTeardown(of: container)
            let image = try await capture(container, plan)
            await dispose(of: container, step, isFailed: false)
            return image
        } catch {
            await dispose(of: container, step, isFailed: true)
            throw error
        }
    }

    /// Runs the command to its end. A cancelled task kills it.
    private func execute(_ container: Container, _ run: RunStep, _ step: StepReport) async throws(EngineError) {
        let output = try attachOutput(of: container)
        try await container.gate.withGate { () async throws(EngineError) in try await engine.startNow(container) }
        let ended = try await engine.wait(container.id.description, until: .notRunning)
        let stop = StopSign()
        await withTaskCancellationHandler {
            await engine.stepOutputs.runQuietly { [request] in
                OutputFrames.pump(output) { stream, bytes in
                    step(.output(stream: stream, bytes))
                    Self.wait(for: request, container, stop)
                }
            }
        } onCancel: { [engine] in
            stop.raise()
            // Ends when the container is gone.
            Task { try? await engine.killNow(container) }
        }
        let code = try await ended.value().statusCode
        guard !Task.isCancelled else { throw EngineError(.unavailable, "Build cancelled") }
        guard code == 0 else { throw Self.failure(run, code) }
    }

    /// Blocking. The command is held back while the client doesn't take what it has printed; one that is gone has taken all.
    /// When the build is called off, or the command has ended, the rest is not much.
    private static func wait(for request: BuildRequest, _ container: Container, _ stop: StopSign) {
        let pause = DispatchSemaphore(value: 0)
        while request.backlog() > 4 << 20, !stop.isUp, container.state.isRunning {
            _ = pause.wait(timeout: .now() + .milliseconds(20))
        }
    }

    private static func failure(_ run: RunStep, _ code: Int) -> EngineError {
        EngineError(
            .badParameter,
            "The command '\(run.command.joined(separator: " "))' returned a non-zero code: \(code)",
            cause: BuildFailure(code: code))
    }

    private func attachOutput(of container: Container) throws(EngineError) -> FDBox {
        do {
            var pair = try SocketPair()
            // Nobody drops us: the command waits while its output does.
            let streams = OCIRuntime.AttachOptions(stdin: false, stdout: true, stderr: true)
            let attach = PendingAttach(streams: streams, socket: FDBox(pair.takeSecond()))
            container.withLive { $0.pendingAttaches.append(attach) }
            return FDBox(pair.takeFirst())
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    /// What the command has changed becomes the image's layer. Under the gate: nobody takes the files away meanwhile.
    private func capture(_ container: Container, _ plan: ImagePlan) async throws(EngineError) -> BuiltImage {
        let stop = StopSign()
        return try await withStop(stop) { () async throws(EngineError) in
            try await container.gate.withGate { () async throws(EngineError) in
                try await engine.workers.run { [self] in try capture(container, plan, stop) }
            }
        }
    }

    /// Blocking.
    private func capture(_ container: Container, _ plan: ImagePlan, _ stop: StopSign) throws -> BuiltImage {
        let id = container.id.description
        guard container.state.phase != .removing else {
            throw EngineError(.conflict, "container \(id) was removed before its step had an image")
        }
        // Folders of the image's own volumes stay, as they do with Docker: later steps may count on them.
        let volumes = Set((plan.config.volumes ?? [:]).keys)
        let mounts = container.record.mounts.map(\.destination).filter { !volumes.contains($0) }
        let places = Engine.ownPlaces.union(mounts)
        try clampTimes(of: id, without: places)
        let mode = request.removesContainers ? CaptureMode.consuming : .keeping
        let layer = try engine.images.captureLayer(of: id, mode, without: places, check: stop.check)
        defer { engine.images.letGo([layer.chainID]) }
        return try makeImage(plan, layer: layer, container: id)
    }

    /// The container goes, unless somebody wants to look at it.
    private func dispose(of container: Container, _ step: StepReport, isFailed: Bool) async {
        await engine.finishTeardown(of: container)
        let goes = isFailed ? request.removesFailed || Task.isCancelled : request.removesContainers
        guard goes else { return await keep(container, step) }
        await remove(container, step)
    }

    /// From now on it is a container like others; where there is no room to write that down, it goes.
    private func keep(_ container: Container, _ step: StepReport) async {
        container.withLive { $0.record.isStep = nil }
        do {
            try await engine.workers.run { [engine] in try engine.store.save(container, isDurable: true) }
        } catch {
            engine.logger.warning("can't keep \(container.id), which is removed: \(error)")
            await remove(container, step)
        }
    }

    private func remove(_ container: Container, _ step: StepReport) async {
        let id = container.id.description
        await engine.attempt("remove the container of a build's step") { () async throws(EngineError) in
            try await engine.remove(id, RemoveOptions(force: true, volumes: true))
        }
        step(.removed(container: id))
    }
}
