internal import APIModel
internal import Cgroups
internal import Dockerfile
internal import ImageBuilder
internal import ImageStore
internal import LaunchSpec
internal import LinuxSystem
internal import Primitives
internal import Volumes

extension BuildSession {
    /// Blocking. The container of a RUN: as light as it may be, since it goes with its step. Nothing of it is synced, and an
    /// engine that finds one of another engine's removes it.
    func makeContainer(_ run: RunStep, _ plan: ImagePlan, _ mounts: StepMounts) throws -> (Container, [String]) {
        var config = plan.config
        (config.cmd, config.entrypoint) = (run.command, nil)
        config.env = (config.env ?? []) + run.arguments
        config.image = plan.parent.id
        config.healthcheck = HealthcheckConfig()
        (config.attachStdout, config.attachStderr) = (true, true)
        let command = try ConfigMerge.command(of: config)
        var hostConfig = try engine.normalised(hostConfig(run))
        var warnings = try LaunchSpec.validate(config: config, hostConfig: hostConfig)
        warnings += try LaunchSpec.adapt(&hostConfig, to: HostResources.read(layout: engine.layout))
        let id = ContainerID.random()
        config.hostname = hostConfig.sharesNetwork ? "" : id.short
        let name = try engine.reserveName(nil, for: id)
        var record = ContainerRecord(
            id: id.description, name: name, created: .now(), imageID: plan.parent.id, imageName: plan.parent.id,
            config: config, hostConfig: hostConfig, path: command.path, arguments: command.arguments,
            driver: engine.images.driverName, mounts: [], state: RunState())
        record.isStep = true
        record.listsAllEndpoints = true
        do {
            record.endpoints = try engine.endpoints(
                of: ContainerCreateRequest(config: config, hostConfig: hostConfig), hostConfig)
            return (try engine.insert(record, on: try plan.parentDigest, mounts), warnings)
        } catch {
            engine.containers.release(name, by: id)
            throw error
        }
    }

    private func hostConfig(_ run: RunStep) -> HostConfig {
        var host = HostConfig()
        let limits = request.limits
        (host.memory, host.memorySwap, host.cpuShares) = (limits.memory, limits.memorySwap, limits.cpuShares)
        (host.cpusetCpus, host.cpusetMems) = (limits.cpusetCpus, limits.cpusetMems)
        (host.cpuPeriod, host.cpuQuota) = (limits.cpuPeriod, limits.cpuQuota)
        (host.cgroupParent, host.shmSize) = (limits.cgroupParent, limits.shmSize)
        let pids = engine.configuration.buildPidsLimit
        host.pidsLimit = pids > 0 && engine.layout.has(.pids) ? Int64(pids) : nil
        host.ulimits = limits.ulimits.isEmpty ? nil : limits.ulimits
        host.extraHosts = request.extraHosts.isEmpty ? nil : request.extraHosts
        host.logConfig.type = "none"
        switch run.network {
        case .default: host.networkMode = request.networkMode
        case .none: host.networkMode = "none"
        case .host: host.networkMode = "host"
        }
        return host
    }
}

extension Engine {
    /// Makes the layer, the volumes and the row of a step's container; takes everything back on failure.
    fileprivate func insert(
        _ record: ContainerRecord, on image: Digest?, _ mounts: StepMounts
    ) throws -> Container {
        var record = record
        let id = record.id
        var resolution = MountResolution(volumes: volumes) { [containers] name throws(EngineError) in
            try containers.find(name).record
        }
        do {
            let resolved = try resolution.resolve(config: record.config, hostConfig: record.hostConfig)
            let taken = Set(mounts.mounts.map(\.destination))
            record.mounts = (resolved.filter { !taken.contains($0.destination) } + mounts.mounts)
                .sorted { $0.destination < $1.destination }
            if let image {
                try images.createContainerLayer(id: id, image: image)
            } else {
                try images.createContainerLayer(id: id, on: nil)
            }
            try fillVolumes(record, created: Set(resolution.createdVolumes))
            try HostDirectory.make(paths.container(id), mode: 0o710)
            try store.save { [record] in record }
        } catch {
            discardHalfMade(id, volumes: resolution.createdVolumes)
            throw error
        }
        let container = Container(record)
        container.withLive { $0.secretVariables = mounts.secretVariables }
        containers.insert(container)
        publish("create", record)
        return container
    }
}
