internal import HostSystem
internal import NIOPosix
internal import Primitives

/// Where a registry's API may be.
struct Endpoint: Sendable, Hashable {
    var address: WebAddress
    /// Whether its certificate has to be good.
    var isVerified: Bool
    var isMirror = false
}

/// Which endpoints a registry's name stands for.
struct EndpointChoice: Sendable {
    let configuration: RegistryConfiguration
    private let networks: [IPNetwork]
    /// All addresses of a host.
    private let resolve: @Sendable (String) async -> [IPAddress]

    init(
        _ configuration: RegistryConfiguration,
        resolve: @escaping @Sendable (String) async -> [IPAddress] = { await resolved($0) }
    ) {
        self.configuration = configuration
        self.resolve = resolve
        let loopback = ["127.0.0.0/8", "::1/128"]
        networks = (loopback + configuration.insecure).compactMap { IPNetwork($0) }
    }

    /// To be tried in this order: mirrors of Docker Hub (only to read), then the registry; one that is insecure is asked
    /// over TLS first.
    func endpoints(for domain: String, reads: Bool) async -> [Endpoint] {
        if domain == ImageReference.defaultDomain {
            let mirrors = reads ? configuration.mirrors.compactMap { WebAddress($0) } : []
            var result: [Endpoint] = []
            for mirror in mirrors {
                let isVerified = await !isInsecure(mirror.authority)
                result.append(Endpoint(address: mirror, isVerified: isVerified, isMirror: true))
            }
            return result
                + (WebAddress(RegistryConfiguration.hub).map { [Endpoint(address: $0, isVerified: true)] } ?? [])
        }
        guard let secure = WebAddress("https://" + domain), let plain = WebAddress("http://" + domain) else {
            return []
        }
        guard await isInsecure(domain) else { return [Endpoint(address: secure, isVerified: true)] }
        return [Endpoint(address: secure, isVerified: false), Endpoint(address: plain, isVerified: false)]
    }

    /// By name, or by a network that one of the host's addresses is in.
    func isInsecure(_ authority: String) async -> Bool {
        guard let address = WebAddress("https://" + authority) else { return false }
        let host = address.host
        if host == "localhost" || configuration.insecure.contains(authority) || configuration.insecure.contains(host) {
            return true
        }
        let addresses = if let address = IPAddress(host) { [address] } else { await resolve(host) }
        return addresses.contains { address in networks.contains { $0.contains(address) } }
    }

    /// On a thread that may block; empty for a name that nobody knows.
    private static func resolved(_ host: String) async -> [IPAddress] {
        (try? await NIOThreadPool.singleton.runIfActive { HostAddresses.of(host) }) ?? []
    }
}
