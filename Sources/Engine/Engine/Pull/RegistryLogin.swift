public import APIModel
internal import ImageModel
public import Primitives
internal import RegistryClient

extension Engine {
    /// Errors: `unauthorized` for a wrong name or password.
    public func checkAuthorization(
        _ authorization: RegistryAuthorization
    ) async throws(EngineError) -> RegistryLogin {
        let domain = Self.domain(authorization.serverAddress)
        // The name's grammar is checked with that of an image there.
        let reference = try ImageReference(name: "\(domain)/x/y", tag: nil)
        do {
            let token = try await registry.logIn(to: reference.domain, RegistryCredentials(authorization))
            return RegistryLogin(status: "Login Succeeded", identityToken: token)
        } catch {
            let failure = PullFailure.plain(error)
            guard error.status == 401 || error.status == 403 else { throw failure }
            throw EngineError(.unauthorized, failure.message, cause: error)
        }
    }

    /// What clients call the registry: a URL of Docker Hub's old index, a host, a URL of a host.
    private static func domain(_ address: String) -> String {
        let bare = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
        let host = String(bare.prefix { $0 != "/" })
        let hub = ["", "index.docker.io", "docker.io", "registry-1.docker.io"]
        return hub.contains(host) ? ImageReference.defaultDomain : host
    }
}
