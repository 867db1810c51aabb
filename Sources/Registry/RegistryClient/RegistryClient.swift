public import ImageModel
internal import NIOHTTP1
public import Primitives
internal import Synchronization

/// Speaks to registries: the distribution API (v2), over HTTP or HTTPS, with mirrors, proxies, certificates and tokens.
///
/// One for an engine: it keeps connections for a minute, and remembers over which scheme an insecure registry answered.
public final class RegistryClient: Sendable {
    let transport: Transport
    let choice: EndpointChoice
    private let schemes = Mutex<[String: Bool]>([:])

    /// Errors: `badParameter` for a mirror that is no address of a registry.
    public init(_ configuration: RegistryConfiguration) throws(EngineError) {
        var configuration = configuration
        var mirrors: [String] = []
        for mirror in configuration.mirrors { mirrors.append(try RegistryConfiguration.mirror(mirror)) }
        configuration.mirrors = mirrors
        choice = EndpointChoice(configuration)
        transport = Transport(choice)
    }

    /// One that speaks as this machine is set up: its certificates, no mirrors, loopback insecure.
    public convenience init(userAgent: String) throws(EngineError) {
        try self.init(RegistryConfiguration(userAgent: userAgent))
    }

    /// A repository of the registry at one address (`https://host:5000`), to be pulled from. Nothing is asked yet.
    /// Errors: `badParameter` for what is no address of a registry.
    public func repository(
        _ path: String, at address: String, credentials: RegistryCredentials
    ) throws(EngineError) -> RemoteRepository {
        guard let place = WebAddress(address), place.target.isEmpty || place.target == "/" else {
            throw EngineError(.badParameter, "'\(address)' is no address of a registry")
        }
        return RemoteRepository(self, Endpoint(address: place, isVerified: true), path, credentials, .pull)
    }

    /// Closes the connections. Call it before the object goes.
    public func shutDown() async { await transport.shutDown() }

    /// What somebody wants of a repository.
    public enum Access: Sendable {
        case pull
        case push

        func scope(_ path: String) -> String { "repository:\(path):" + (self == .pull ? "pull" : "pull,push") }
    }

    /// Gives a repository to `body`: the first endpoint that answers is asked, and mirrors give way to the next when they
    /// don't do what they should. Errors: `RegistryError`, and what `body` throws.
    public func withRepository<Value: Sendable>(
        _ reference: ImageReference, credentials: RegistryCredentials, access: Access,
        _ body: (RemoteRepository) async throws -> Value
    ) async throws -> Value {
        var last = RegistryError(.unreachable, "there is no registry for \(reference.domain)")
        for endpoint in await endpoints(for: reference.domain, access) {
            // Credentials are for the registry that they were given for.
            let known = endpoint.isMirror ? RegistryCredentials() : credentials
            let repository = RemoteRepository(self, endpoint, reference.path, known, access)
            do {
                try await repository.greet()
            } catch {
                last = error
                continue
            }
            remember(endpoint, for: reference.domain)
            do {
                return try await body(repository)
            } catch let error as RegistryError where endpoint.isMirror {
                last = error
            }
        }
        throw last
    }

    /// Proves who somebody is (`docker login`); an identity token comes back if the registry gives them.
    /// Errors: `refused` with status 401 for a wrong name or password.
    public func logIn(to domain: String, _ credentials: RegistryCredentials) async throws(RegistryError) -> String {
        var last = RegistryError(.unreachable, "there is no registry for \(domain)")
        for endpoint in await endpoints(for: domain, .push) where !endpoint.isMirror {
            let repository = RemoteRepository(self, endpoint, "", credentials, .pull, wantsRefresh: true)
            do throws(RegistryError) { return try await repository.logIn() } catch {
                guard error.reason == .unreachable else { throw error }
                last = error
            }
        }
        throw last
    }

    private func endpoints(for domain: String, _ access: Access) async -> [Endpoint] {
        let all = await choice.endpoints(for: domain, reads: access == .pull)
        // An insecure registry: what answered the last time comes first.
        guard let isSecure = schemes.withLock({ $0[domain] }) else { return all }
        return all.filter { $0.address.isSecure == isSecure } + all.filter { $0.address.isSecure != isSecure }
    }

    private func remember(_ endpoint: Endpoint, for domain: String) {
        guard !endpoint.isMirror, !endpoint.isVerified else { return }
        schemes.withLock { schemes in
            if schemes.count > 1000 { schemes = [:] }
            schemes[domain] = endpoint.address.isSecure
        }
    }
}
