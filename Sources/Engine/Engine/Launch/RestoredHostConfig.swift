internal import APIModel
internal import LaunchSpec
internal import Primitives

extension Engine {
    /// A record with the host config that a client below 1.24 sent with start: checked and resolved as at create.
    func rehosted(_ record: ContainerRecord, with given: HostConfig) throws(EngineError) -> ContainerRecord {
        var request = ContainerCreateRequest(config: record.config, hostConfig: given)
        request.config.healthcheck = HealthcheckConfig()
        try checkUnsupported(request)
        var changed = record
        changed.hostConfig = try normalised(given)
        _ = try LaunchSpec.validate(config: record.config, hostConfig: changed.hostConfig)
        var resolution = MountResolution(volumes: volumes) { [containers] name throws(EngineError) in
            try containers.find(name).record
        }
        // The volumes that create has made stay where they are.
        var config = record.config
        let kept = record.mounts.filter { $0.kind == .volume && $0.isAnonymous }
        for mount in kept { config.volumes?[mount.destination] = nil }
        let resolved = try resolution.resolve(config: config, hostConfig: changed.hostConfig)
        let taken = Set(resolved.map(\.destination))
        changed.mounts = (resolved + kept.filter { !taken.contains($0.destination) })
            .sorted { $0.destination < $1.destination }
        do { try checkBindSources(changed.mounts) } catch { throw EngineError(wrapping: error) }
        return changed
    }
}
