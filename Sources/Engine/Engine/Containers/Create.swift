public import APIModel
internal import ContainerNetwork
internal import ImageStore
internal import LaunchSpec
internal import LinuxSystem
public import Primitives
internal import Volumes

extension Engine {
    public func create(
        name: String?, _ request: ContainerCreateRequest
    ) async throws(EngineError) -> ContainerCreated {
        guard request.publishService.isEmpty else { return try await createPublished(name: name, request) }
        return try await workers.run { [self] in try createNow(name: name, request) }
    }

    /// Blocking. Either the container is there with everything it needs, or nothing of it is.
    private func createNow(name: String?, _ request: ContainerCreateRequest) throws -> ContainerCreated {
        try checkUnsupported(request)
        let image = try resolveForCreate(request.config.image)
        var config = request.config
        try checkPlain(config)
        ConfigMerge.merge(image.containerConfig, into: &config)
        let command = try ConfigMerge.command(of: config)
        var hostConfig = try normalised(request.hostConfig)
        try checkPorts(config, hostConfig)
        let endpoints = try endpoints(of: request, hostConfig)
        // Today's clients name it there; older ones look for it here.
        if config.macAddress.isEmpty { config.macAddress = endpoints[hostConfig.networkMode]?.macAddress ?? "" }
        // On a network of one's own they are the endpoint's.
        let links = hostConfig.networkMode == "bridge" ? try links(of: hostConfig) : nil
        var warnings = try LaunchSpec.validate(config: config, hostConfig: hostConfig)
        warnings += try LaunchSpec.adapt(&hostConfig, to: HostResources.read(layout: layout))

        let id = ContainerID.random()
        let finalName = try reserveName(name, for: id)
        do {
            if config.hostname.isEmpty && !sharesHostname(hostConfig) { config.hostname = id.short }
            var record = ContainerRecord(
                id: id.description, name: finalName, created: .now(), imageID: image.id.description,
                imageName: request.config.image, config: config, hostConfig: hostConfig, path: command.path,
                arguments: command.arguments, driver: images.driverName, mounts: [], state: RunState())
            record.endpoints = endpoints
            record.listsAllEndpoints = true
            record.links = links
            try build(&record, from: image)
            publish("create", record)
            return ContainerCreated(id: record.id, warnings: warnings)
        } catch {
            containers.release(finalName, by: id)
            throw error
        }
    }

    /// Makes the layer, the volumes and the row, in this order; takes everything back on failure.
    private func build(_ record: inout ContainerRecord, from image: Image) throws {
        let id = record.id
        var resolution = MountResolution(volumes: volumes) { [containers] name throws(EngineError) in
            try containers.find(name).record
        }
        // It is in the table by then, where all can see what it uses.
        defer { volumes.release(resolution.heldVolumes) }
        do {
            record.mounts = try resolution.resolve(config: record.config, hostConfig: record.hostConfig)
            try checkBindSources(record.mounts)
            // What goes away with its process needs no place on disk.
            let isDurable = !record.hostConfig.autoRemove
            try images.createContainerLayer(
                id: id, image: image.id, options: record.hostConfig.storageOpt, isDurable: isDurable)
            record.graphData = GraphData.of(try images.mounts(containerLayer: id))
            try fillVolumes(record, created: Set(resolution.createdVolumes))
            try HostDirectory.make(paths.container(id), mode: 0o710)
            if isDurable { try HostDirectory.sync(HostDirectory.parent(of: paths.container(id))) }
            try store.save(isDurable: isDurable) { [record] in record }
        } catch {
            discardHalfMade(id, volumes: resolution.createdVolumes)
            throw error
        }
        containers.insert(Container(record))
    }

    func discardHalfMade(_ id: String, volumes created: [String]) {
        attempt("discard the layer of \(id)") { try images.removeContainerLayer(id: id) }
        attempt("discard the folder of \(id)") { try HostDirectory.removeTree(paths.container(id)) }
        for volume in created { attempt("discard volume \(volume)") { try volumes.remove(volume) } }
    }

    private func sharesHostname(_ hostConfig: HostConfig) -> Bool {
        hostConfig.sharesNetwork || hostConfig.utsMode == "host"
    }

    /// Takes the name that was asked for, or generates until one is free.
    func reserveName(_ wanted: String?, for id: ContainerID) throws -> String {
        if let wanted, !wanted.isEmpty {
            let name = try ContainerName(parsing: wanted).description
            try containers.reserve(name, for: id)
            return name
        }
        for attempt in 0..<64 {
            let name = GeneratedName.random(retry: attempt)
            if (try? containers.reserve(name, for: id)) != nil { return name }
        }
        try containers.reserve(id.short, for: id)
        return id.short
    }

    /// Values that stand for a default get that default's name, references to containers their full id.
    func normalised(_ given: HostConfig) throws(EngineError) -> HostConfig {
        var hostConfig = given
        if hostConfig.networkMode.isEmpty || hostConfig.networkMode == "default" { hostConfig.networkMode = "bridge" }
        hostConfig.networkMode = try resolvedReference(hostConfig.networkMode)
        // An id stands for the network's name.
        if let network = try? networks.find(hostConfig.networkMode) { hostConfig.networkMode = network.name }
        hostConfig.ipcMode = try resolvedReference(hostConfig.ipcMode)
        hostConfig.pidMode = try resolvedReference(hostConfig.pidMode)
        if hostConfig.restartPolicy.name.isEmpty { hostConfig.restartPolicy.name = "no" }
        if hostConfig.logConfig.type.isEmpty {
            hostConfig.logConfig.type = configuration.logDriver
            hostConfig.logConfig.config = configuration.logOptions.merging(hostConfig.logConfig.config) { $1 }
        }
        if hostConfig.shmSize == 0 { hostConfig.shmSize = 64 << 20 }
        try LogSettings.check(hostConfig.logConfig)
        try RestartRules.check(hostConfig)
        return hostConfig
    }

    /// `container:NAME` becomes `container:ID`.
    private func resolvedReference(_ mode: String) throws(EngineError) -> String {
        guard mode.hasPrefix("container:") else { return mode }
        let target = try containers.find(String(mode.dropFirst("container:".count)))
        return "container:\(target.id)"
    }
}
