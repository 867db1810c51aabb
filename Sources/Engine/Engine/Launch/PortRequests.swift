internal import APIModel
internal import ContainerNetwork
internal import Primitives

/// `-p`, `-P` and EXPOSE as the network takes them.
enum PortRequests {
    static func requests(of record: ContainerRecord) throws(EngineError) -> [PortRequest] {
        var requests: [PortRequest] = []
        let bindings = record.hostConfig.portBindings ?? [:]
        for (text, hosts) in bindings.sorted(by: { order($0.key) < order($1.key) }) {
            guard let port = PortKey.parse(text) else {
                throw EngineError(.badParameter, "invalid port specification: \"\(text)\"")
            }
            for host in hosts ?? [] {
                requests.append(
                    PortRequest(
                        containerPort: port.port, transport: port.name, hostIP: host.hostIP,
                        hostPorts: try range(host.hostPort)))
            }
        }
        guard record.hostConfig.publishAllPorts else { return requests }
        let published = Set(bindings.filter { !($0.value ?? []).isEmpty }.keys.compactMap(PortKey.parse))
        let exposed = record.config.exposedPorts.keys.compactMap(PortKey.parse).filter { !published.contains($0) }
        return requests
            + exposed.sorted { ($0.port, $0.name) < ($1.port, $1.name) }.map { port in
                PortRequest(containerPort: port.port, transport: port.name)
            }
    }

    private static func order(_ text: String) -> Int { PortKey.parse(text).map { Int($0.port) } ?? 0 }

    /// `""` or `0` any, `8080`, `8000-8010`.
    static func range(_ text: String) throws(EngineError) -> ClosedRange<UInt16>? {
        guard !text.isEmpty, text != "0" else { return nil }
        let bounds = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { UInt16($0) }
        guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, first > 0, first <= last else {
            throw EngineError(.badParameter, "invalid port specification: \"\(text)\"")
        }
        return first...last
    }
}
