internal import APIModel
internal import ContainerNetwork

/// A container's ports in the shapes the API shows them.
enum PortTable {
    /// For inspect: `80/tcp` to its bindings, nil when exposed only.
    static func bindings(of record: ContainerRecord) -> [String: [PortBinding]?] {
        // With somebody else's network it has no ports of its own.
        guard !record.hostConfig.sharesNetwork else { return [:] }
        var table: [String: [PortBinding]?] = [:]
        for port in record.config.exposedPorts.keys { table[canonical(port)] = .some(nil) }
        // Off every network nobody gets there; they come back with the next one.
        let ports = record.sandbox.map { $0.endpoints.isEmpty ? [] : $0.publishedPorts } ?? []
        for published in ports {
            let key = "\(published.containerPort)/\(published.transport)"
            let binding = PortBinding(hostIP: published.hostIP, hostPort: "\(published.hostPort)")
            table[key] = ((table[key] ?? nil) ?? []) + [binding]
        }
        return table
    }

    private static func canonical(_ text: String) -> String {
        PortKey.parse(text)?.text ?? text
    }

    /// For ps: one row a binding, and one for each exposed port without any.
    static func summaries(of record: ContainerRecord) -> [PortSummary] {
        guard record.state.hasProcess, record.sandbox != nil || record.hostConfig.networkMode == "none" else {
            return []
        }
        var rows: [PortSummary] = []
        for (text, bindings) in bindings(of: record).sorted(by: { $0.key < $1.key }) {
            guard let port = PortKey.parse(text) else { continue }
            guard let bindings, !bindings.isEmpty else {
                rows.append(PortSummary(privatePort: port.port, type: port.name))
                continue
            }
            rows += bindings.map { binding in
                PortSummary(
                    ip: binding.hostIP, privatePort: port.port, publicPort: UInt16(binding.hostPort), type: port.name)
            }
        }
        return rows.sorted { ($0.privatePort, $0.publicPort ?? 0) < ($1.privatePort, $1.publicPort ?? 0) }
    }
}
