internal import APIModel
internal import ContainerNetwork

/// A container's network in the shapes the API shows it. Addresses are there only while it runs.
enum NetworkView {
    static func networks(of record: ContainerRecord) -> [String: EndpointSettings] {
        let name = record.networkName
        guard !name.isEmpty else { return [:] }
        var settings = record.endpoints[name] ?? EndpointSettings()
        if let sandbox = record.sandbox, record.state.hasProcess { fill(&settings, from: sandbox) }
        return [name: settings]
    }

    private static func fill(_ settings: inout EndpointSettings, from sandbox: SandboxSpec) {
        settings.networkID = sandbox.networkID
        settings.endpointID = sandbox.endpointID
        settings.gateway = sandbox.gateway ?? ""
        settings.ipAddress = sandbox.ipAddress ?? ""
        settings.ipPrefixLen = sandbox.prefixLength ?? 0
        settings.macAddress = sandbox.macAddress ?? ""
    }

    static func settings(of record: ContainerRecord) -> NetworkSettings {
        var settings = NetworkSettings()
        settings.networks = networks(of: record)
        settings.ports = [:]
        guard let sandbox = record.sandbox, record.state.hasProcess else { return settings }
        settings.bridge = ""
        settings.sandboxID = sandbox.sandboxID
        settings.sandboxKey = sandbox.namespacePath ?? ""
        settings.ports = PortTable.bindings(of: record)
        settings.endpointID = sandbox.endpointID
        settings.gateway = sandbox.gateway ?? ""
        settings.ipAddress = sandbox.ipAddress ?? ""
        settings.ipPrefixLen = sandbox.prefixLength ?? 0
        settings.macAddress = sandbox.macAddress ?? ""
        return settings
    }
}
