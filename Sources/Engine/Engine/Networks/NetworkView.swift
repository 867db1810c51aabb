internal import APIModel
internal import ContainerNetwork

/// A container's networks in the shapes the API shows them. Addresses are there only while it runs.
struct NetworkView {
    let networks: NetworkTable
    let record: ContainerRecord

    private var sandbox: SandboxSpec? { record.state.hasProcess ? record.sandbox : nil }

    /// By network name.
    var endpoints: [String: EndpointSettings] {
        var result: [String: EndpointSettings] = [:]
        for (name, given) in record.endpoints {
            var settings = given
            let network = networks.named(name)
            settings.networkID = sandbox == nil ? "" : network?.id ?? ""
            if let network, let endpoint = sandbox?.endpoint(on: network.id) { Self.fill(&settings, from: endpoint) }
            if let network, !network.isPredefined { settings.dnsNames = record.networkNames(given) }
            result[name] = settings
        }
        return result
    }

    private static func fill(_ settings: inout EndpointSettings, from endpoint: EndpointSpec) {
        settings.networkID = endpoint.networkID
        settings.endpointID = endpoint.endpointID
        settings.gateway = endpoint.gateway ?? ""
        settings.ipAddress = endpoint.ipAddress ?? ""
        settings.ipPrefixLen = endpoint.prefixLength ?? 0
        settings.ipv6Gateway = endpoint.ipv6Gateway ?? ""
        settings.globalIPv6Address = endpoint.ipv6Address ?? ""
        settings.globalIPv6PrefixLen = endpoint.ipv6PrefixLength ?? 0
        settings.macAddress = endpoint.macAddress
    }

    var settings: NetworkSettings {
        var settings = NetworkSettings()
        settings.networks = endpoints
        settings.ports = [:]
        guard let sandbox else { return settings }
        settings.sandboxID = sandbox.sandboxID
        settings.sandboxKey = sandbox.namespacePath ?? ""
        settings.ports = PortTable.bindings(of: record)
        // The default network's, at the top, as it was before there were others.
        guard let bridge = networks.named("bridge").flatMap({ sandbox.endpoint(on: $0.id) }) else { return settings }
        settings.endpointID = bridge.endpointID
        settings.gateway = bridge.gateway ?? ""
        settings.ipAddress = bridge.ipAddress ?? ""
        settings.ipPrefixLen = bridge.prefixLength ?? 0
        settings.ipv6Gateway = bridge.ipv6Gateway ?? ""
        settings.globalIPv6Address = bridge.ipv6Address ?? ""
        settings.globalIPv6PrefixLen = bridge.ipv6PrefixLength ?? 0
        settings.macAddress = bridge.macAddress
        if let linkLocal = bridge.linkLocalAddress {
            settings.linkLocalIPv6Address = linkLocal
            settings.linkLocalIPv6PrefixLen = 64
        }
        return settings
    }

    /// A container of another engine.
    static func endpoint(_ remote: RemoteEndpoint, on network: NetworkRecord) -> NetworkEndpoint {
        func withLength(_ address: String?, _ isOfFamily: (String) -> Bool) -> String {
            let subnet = network.definition.pools.map(\.subnet).first(where: isOfFamily)
            guard let address, let length = subnet?.split(separator: "/").last else { return "" }
            return "\(address)/\(length)"
        }
        var shown = NetworkEndpoint()
        shown.name = remote.name
        shown.endpointID = remote.id
        shown.macAddress = remote.macAddress
        shown.ipv4Address = withLength(remote.ipAddress) { !$0.contains(":") }
        shown.ipv6Address = withLength(remote.ipv6Address) { $0.contains(":") }
        return shown
    }

    /// A running container as the network's inspect shows it.
    static func endpoint(of record: ContainerRecord, on network: NetworkRecord) -> NetworkEndpoint? {
        var shown = NetworkEndpoint()
        shown.name = record.name
        if let endpoint = record.sandbox?.endpoint(on: network.id) {
            shown.endpointID = endpoint.endpointID
            shown.macAddress = endpoint.macAddress
            shown.ipv4Address = endpoint.ipAddress.map { "\($0)/\(endpoint.prefixLength ?? 32)" } ?? ""
            shown.ipv6Address = endpoint.ipv6Address.map { "\($0)/\(endpoint.ipv6PrefixLength ?? 128)" } ?? ""
            return shown
        }
        // On `host` and `none` there is no link to tell of.
        return network.isPredefined && network.name != "bridge" && record.endpoints[network.name] != nil ? shown : nil
    }
}

extension ContainerRecord {
    /// Names that others on a network of one's own find it by: its own, those asked for, its short id, its host name.
    func networkNames(_ settings: EndpointSettings) -> [String] {
        var names: [String] = []
        for name in [name] + (settings.aliases ?? []) + [String(id.prefix(12)), config.hostname]
        where !name.isEmpty && !names.contains(name) {
            names.append(name)
        }
        return names
    }
}
