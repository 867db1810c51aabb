internal import APIModel
internal import ContainerNetwork
internal import Primitives

extension Engine {
    /// Links as they were asked for (`name:alias`, or `/name:/parent/alias` as inspect tells them). Errors:
    /// `badParameter` for a target that is not there, `conflict` for an alias of two.
    func links(of hostConfig: HostConfig) throws(EngineError) -> [LinkRecord] {
        var links: [LinkRecord] = []
        for text in hostConfig.links ?? [] {
            let link = try link(text)
            guard !links.contains(link) else { continue }
            guard !links.contains(where: { $0.alias == link.alias }) else {
                throw EngineError(.conflict, "Conflict. The alias \(link.alias) is used for two containers")
            }
            links.append(link)
        }
        return links
    }

    private func link(_ text: String) throws(EngineError) -> LinkRecord {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), !parts[0].isEmpty, let last = parts.last, !last.isEmpty else {
            throw EngineError(.badParameter, "bad format for links: \(text)")
        }
        let target: Container
        do { target = try containers.find(parts[0]) } catch {
            throw EngineError(.badParameter, "could not get container for \(parts[0]): \(error.message)", cause: error)
        }
        guard target.record.hostConfig.networkMode != "host" else {
            throw EngineError(
                .badParameter,
                "conflicting options: host type networking can't be used with links. This would result in undefined "
                    + "behavior")
        }
        let alias = last.split(separator: "/").last.map(String.init) ?? ""
        guard !alias.isEmpty, alias.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
            throw EngineError(.badParameter, "bad format for links: \(text)")
        }
        return LinkRecord(target: target.id.description, alias: alias)
    }

    /// What the network has to know of a container's links. Errors: `conflict` for a target that does not run.
    func linkRequests(of record: ContainerRecord) throws(EngineError) -> [LinkRequest] {
        var requests: [LinkRequest] = []
        for link in record.links ?? [] {
            guard let target = try? containers.find(link.target).record else { continue }
            guard let request = linkRequest(link, target) else {
                throw EngineError(
                    .conflict,
                    "Cannot link to a non running container: /\(target.name) AS /\(record.name)/\(link.alias)")
            }
            requests.append(request)
        }
        return requests
    }

    /// Nil when the target does not run on the default network.
    func linkRequest(_ link: LinkRecord, _ target: ContainerRecord) -> LinkRequest? {
        guard target.state.hasProcess, let id = network?.defaultID, let endpoint = target.sandbox?.endpoint(on: id),
            let address = endpoint.ipAddress
        else { return nil }
        var names = [link.alias]
        for name in [hostname(of: target), target.name] where !names.contains(name) { names.append(name) }
        let ports = target.config.exposedPorts.keys.compactMap(PortKey.parse).map { port in
            PortRequest(containerPort: port.port, transport: port.name)
        }
        return LinkRequest(
            names: names, ipv4Address: address, ipv6Address: endpoint.ipv6Address ?? "", ports: ports)
    }

    /// Of all links of a container that is about to start.
    func linkVariables(of record: ContainerRecord) -> [String] {
        (record.links ?? []).flatMap { link -> [String] in
            guard let target = try? containers.find(link.target).record, let request = linkRequest(link, target) else {
                return []
            }
            return LinkVariables.variables(
                alias: link.alias, name: "/\(record.name)/\(link.alias)", address: request.ipv4Address,
                ports: target.config.exposedPorts.keys.compactMap(PortKey.parse), environment: target.config.env ?? [])
        }
    }
}
