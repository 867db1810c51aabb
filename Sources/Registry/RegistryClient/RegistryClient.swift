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

    /// Gives a repository to push to to `body`: the first endpoint of the registry that answers. Errors: `RegistryError`, and
    /// what `body` throws.
    public func withTarget<Value: Sendable>(
        _ reference: ImageReference, credentials: RegistryCredentials,
        _ body: (any ImageTarget) async throws -> Value
    ) async throws -> Value {
        var last = Self.nobody(reference)
        for repository in await repositories(reference, credentials, .push) {
            do throws(RegistryError) { try await repository.greet() } catch {
                last = error
                continue
            }
            remember(repository.endpoint, for: reference.domain)
            return try await body(repository)
        }
        throw last
    }

    /// At all endpoints, in the order in which they are to be asked.
    func repositories(
        _ reference: ImageReference, _ credentials: RegistryCredentials, _ access: Access
    ) async -> [RemoteRepository] {
        await endpoints(for: reference.domain, access).map { endpoint in
            // Credentials are for the registry that they were given for.
            let known = endpoint.isMirror ? RegistryCredentials() : credentials
            return RemoteRepository(self, endpoint, reference.path, known, access)
        }
    }

    static func nobody(_ reference: ImageReference) -> RegistryError {
        RegistryError(.unreachable, "there is no registry for \(reference.domain)")
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

    func remember(_ endpoint: Endpoint, for domain: String) {
        guard !endpoint.isMirror, !endpoint.isVerified else { return }
        schemes.withLock { schemes in
            if schemes.count > 1000 { schemes = [:] }
            schemes[domain] = endpoint.address.isSecure
        }
    }
}
