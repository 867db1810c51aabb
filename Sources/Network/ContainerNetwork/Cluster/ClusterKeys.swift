internal import Primitives

/// The keys of shared networks.
///
/// ```
/// networks/<id>                    a SharedNetwork
/// endpoints/<network>/<endpoint>   a SharedEndpoint; with its engine's lease
/// addresses/<network>/<address>    the endpoint that has it; with the same lease
/// engines/<id>                     where it is reached; with the same lease
/// ```
struct ClusterKeys: Sendable {
    /// In front of all others.
    let base: String

    init(prefix: String) { base = (prefix.isEmpty ? "" : prefix + "/") + "martlet/network/v1/" }

    var networks: String { base + "networks/" }
    var allEndpoints: String { base + "endpoints/" }

    func network(_ id: String) -> String { networks + id }
    func engine(_ id: String) -> String { base + "engines/" + id }
    func endpoints(_ network: String) -> String { allEndpoints + network + "/" }
    func endpoint(_ endpoint: SharedEndpoint) -> String { endpoints(endpoint.network) + endpoint.id }
    func addresses(_ network: String) -> String { base + "addresses/" + network + "/" }
    func address(_ address: IPAddress, _ network: String) -> String { addresses(network) + "\(address)" }

    /// What a key is about.
    enum Subject: Hashable {
        case network(String)
        case endpoint(network: String, id: String)
    }

    /// Nil for other keys.
    func subject(_ key: String) -> Subject? {
        guard key.hasPrefix(base) else { return nil }
        let parts = key.dropFirst(base.count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch (parts.first, parts.count) {
        case ("networks", 2): return .network(parts[1])
        case ("endpoints", 3): return .endpoint(network: parts[1], id: parts[2])
        default: return nil
        }
    }
}
