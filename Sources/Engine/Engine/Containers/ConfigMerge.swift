internal import APIModel
internal import Primitives

/// How an image's defaults and a request become one config.
enum ConfigMerge {
    /// Fills what `config` leaves open from the image's config (Docker's `runconfig.Merge`).
    static func merge(_ image: ContainerConfig?, into config: inout ContainerConfig) {
        guard let image else { return }
        if config.user.isEmpty { config.user = image.user }
        for (port, value) in image.exposedPorts where config.exposedPorts[port] == nil {
            config.exposedPorts[port] = value
        }
        config.env = mergedEnvironment(image: image.env ?? [], request: config.env ?? [])
        mergeLabels(image, &config)
        mergeCommand(image, &config)
        if config.workingDir.isEmpty { config.workingDir = image.workingDir }
        if let volumes = image.volumes, !volumes.isEmpty {
            config.volumes = (config.volumes ?? [:]).merging(volumes) { mine, _ in mine }
        }
        if config.stopSignal.isEmpty { config.stopSignal = image.stopSignal }
        if config.stopTimeout == nil { config.stopTimeout = image.stopTimeout }
    }

    /// The image's variables first, replaced in place by the request's of the same name.
    private static func mergedEnvironment(image: [String], request: [String]) -> [String] {
        let named = Set(request.map(name(of:)))
        return request + image.filter { !named.contains(name(of: $0)) }
    }

    private static func name(of variable: String) -> Substring {
        variable.prefix { $0 != "=" }
    }

    private static func mergeLabels(_ image: ContainerConfig, _ config: inout ContainerConfig) {
        guard let labels = image.labels else { return }
        config.labels = (config.labels ?? [:]).merging(labels) { mine, _ in mine }
    }

    /// A request with an entrypoint of its own drops the image's command; `[""]` resets the image's entrypoint.
    private static func mergeCommand(_ image: ContainerConfig, _ config: inout ContainerConfig) {
        if config.entrypoint?.isEmpty ?? true {
            if config.cmd?.isEmpty ?? true { config.cmd = image.cmd }
            if config.entrypoint == nil { config.entrypoint = image.entrypoint }
        } else if config.entrypoint == [""] {
            config.entrypoint = nil
        }
    }

    /// argv of the container. Errors: `badParameter` when there is nothing to run.
    static func command(of config: ContainerConfig) throws(EngineError) -> (path: String, arguments: [String]) {
        let words = (config.entrypoint ?? []) + (config.cmd ?? [])
        guard let path = words.first, !path.isEmpty else {
            throw EngineError(.badParameter, "no command specified")
        }
        return (path, Array(words.dropFirst()))
    }
}
