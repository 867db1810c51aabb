internal import APIModel
internal import Primitives

extension Engine {
    /// The networks that a new container will be on: the one of its mode, and those that the request has settings for.
    ///
    /// A network that is not there is told by the start, as in Docker. Errors: `badParameter`.
    func endpoints(
        of request: ContainerCreateRequest, _ hostConfig: HostConfig
    ) throws(EngineError) -> [String: EndpointSettings] {
        var result: [String: EndpointSettings] = [:]
        for (name, settings) in request.networkingConfig?.endpointsConfig ?? [:] {
            let known = try? networks.find(name)
            let final = name == "default" ? "bridge" : known?.name ?? name
            guard result.updateValue(settings ?? EndpointSettings(), forKey: final) == nil else {
                throw EngineError(.badParameter, "network \(final) is named twice")
            }
        }
        let mode = hostConfig.networkMode
        if mode.hasPrefix("container:") {
            guard result.isEmpty else { throw conflicting(mode, result) }
            guard (hostConfig.links ?? []).isEmpty else {
                throw EngineError(
                    .badParameter,
                    "conflicting options: container type networking can't be used with links. This would result in "
                        + "undefined behavior")
            }
            return [:]
        }
        if result[mode] == nil { result[mode] = EndpointSettings() }
        if let links = hostConfig.links, !links.isEmpty {
            guard !["host", "none"].contains(mode) else {
                throw EngineError(
                    .badParameter,
                    "conflicting options: \(mode) type networking can't be used with links. This would result in "
                        + "undefined behavior")
            }
            if mode != "bridge", result[mode]?.links == nil { result[mode]?.links = links }
        }
        if ["host", "none"].contains(mode), result.count > 1 { throw conflicting(mode, result) }
        for (name, settings) in result {
            guard let network = networks.named(name) else { continue }
            if ["host", "none"].contains(name), name != mode { throw conflicting(mode, result) }
            try NetworkRules.checkSettings(settings, network)
        }
        return result
    }

    private func conflicting(_ mode: String, _ endpoints: [String: EndpointSettings]) -> EngineError {
        let names = Set(endpoints.keys).union([mode]).sorted().joined(separator: ", ")
        return EngineError(
            .badParameter, "conflicting options: cannot connect a container to these networks together: \(names)")
    }
}
