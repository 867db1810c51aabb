internal import APIModel
internal import ContainerNetwork
internal import Primitives

extension Engine {
    /// What a container asks of the network. Errors: `badParameter` for ports that are none, `notFound` for a network,
    /// `conflict` for a link whose target does not run.
    func sandboxRequest(
        of record: ContainerRecord, withLinks: Bool = true
    ) throws(EngineError) -> SandboxRequest {
        let hostConfig = record.hostConfig
        let endpoints = try endpointRequests(of: record)
        let mode: NetworkMode =
            switch hostConfig.networkMode {
            case "none": .none
            case "host": .host
            default: record.config.networkDisabled || endpoints.isEmpty ? .none : .networks
            }
        return SandboxRequest(
            containerID: record.containerID, mode: mode, endpoints: mode == .networks ? endpoints : [],
            hostname: hostname(of: record), domainname: record.config.domainname,
            // Docker drops what is published of a container without a network of its own.
            ports: mode == .networks ? try PortRequests.requests(of: record) : [],
            links: mode == .networks && withLinks ? try linkRequests(of: record) : [],
            extraHosts: hostConfig.extraHosts ?? [], dns: hostConfig.dns, dnsSearch: hostConfig.dnsSearch,
            dnsOptions: hostConfig.dnsOptions, directory: paths.container(record.id))
    }

    /// The network that it was made for first, the others by name.
    private func endpointRequests(of record: ContainerRecord) throws(EngineError) -> [EndpointRequest] {
        guard !["none", "host"].contains(record.hostConfig.networkMode) else { return [] }
        let first = record.networkName
        let names = record.endpoints.keys.sorted { ($0 == first ? 0 : 1, $0) < ($1 == first ? 0 : 1, $1) }
        var requests: [EndpointRequest] = []
        for name in names {
            let settings = record.endpoints[name] ?? EndpointSettings()
            requests.append(try endpointRequest(of: record, on: try networks.find(name), settings))
        }
        return requests
    }

    /// `target:alias` each: by alias the target's name.
    private func namesOfLinks(_ settings: EndpointSettings) throws(EngineError) -> [String: String] {
        var names: [String: String] = [:]
        for text in settings.links ?? [] {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard (1...2).contains(parts.count), let target = parts.first, let alias = parts.last, !target.isEmpty,
                !alias.isEmpty
            else { throw EngineError(.badParameter, "bad format for links: \(text)") }
            names[alias] = (try? containers.find(target))?.name ?? target
        }
        return names
    }

    func endpointRequest(
        of record: ContainerRecord, on network: NetworkRecord, _ settings: EndpointSettings
    ) throws(EngineError) -> EndpointRequest {
        try NetworkRules.checkSettings(settings, network)
        // The config's own is the first network's.
        let own = network.name == record.networkName ? record.config.macAddress : ""
        return EndpointRequest(
            network: network.id, ipv4Address: settings.ipamConfig?.ipv4Address,
            // Where IPv6 is not enabled it is a note, as the subnet is.
            ipv6Address: network.definition.hasIPv6 ? settings.ipamConfig?.ipv6Address : nil,
            linkLocalAddresses: settings.ipamConfig?.linkLocalIPs ?? [],
            macAddress: settings.macAddress.isEmpty ? own : settings.macAddress,
            names: record.networkNames(settings), links: try namesOfLinks(settings),
            gatewayPriority: settings.gwPriority)
    }
}
