public import ImageModel
internal import NIOHTTP1
internal import OrderedJSON
internal import Primitives

/// A repository that a search found.
public struct FoundRepository: Sendable, Hashable {
    public var name: String
    public var description: String
    public var stars: Int
    public var isOfficial: Bool
    public var isAutomated: Bool
}

extension RegistryClient {
    private static let maximumAnswer = 4 << 20
    /// Docker Hub's search has an address of its own.
    private static let hub = "https://index.docker.io"

    /// Looks for a word in names and descriptions (`GET /v1/search`), which of today's registries few have but Docker
    /// Hub. Name and password go along over TLS only.
    ///
    /// Errors: `refused` with status 404 by a registry without a search, `unreachable`, `invalid`.
    public func search(
        _ word: String, at domain: String, limit: Int, credentials: RegistryCredentials
    ) async throws(RegistryError) -> [FoundRepository] {
        var last = RegistryError(.unreachable, "there is no registry for \(domain)")
        for endpoint in await searchEndpoints(domain) {
            do throws(RegistryError) {
                return try await search(word, endpoint, domain, limit, credentials)
            } catch {
                guard error.reason == .unreachable else { throw error }
                last = error
            }
        }
        throw last
    }

    private func searchEndpoints(_ domain: String) async -> [Endpoint] {
        guard domain == ImageReference.defaultDomain else { return await choice.endpoints(for: domain, reads: false) }
        return WebAddress(Self.hub).map { [Endpoint(address: $0, isVerified: true)] } ?? []
    }

    private func search(
        _ word: String, _ endpoint: Endpoint, _ domain: String, _ limit: Int, _ credentials: RegistryCredentials
    ) async throws(RegistryError) -> [FoundRepository] {
        guard let address = WebAddress(endpoint.address.origin + "/v1/search") else { return [] }
        var request = Request(
            .GET, address.adding("q", word).adding("n", "\(limit)"), isVerified: endpoint.isVerified,
            deadline: Request.soon)
        if address.isSecure, credentials.hasPassword {
            request.headers.add(name: "Authorization", value: credentials.basic)
        }
        let answer = try await transport.send(request)
        guard answer.isSuccess else {
            let failure = await answer.failure()
            guard answer.status == 404 || answer.status == 405 else { throw failure }
            throw RegistryError(
                .refused(code: failure.code, status: 404),
                "registry \(domain) has no search: it answers \(address.target) with status \(answer.status)")
        }
        let body = try await answer.collect(limit: Self.maximumAnswer, "the search")
        guard let results = (try? JSONValue(parsing: body))?["results"]?.arrayValue else {
            throw RegistryError(.invalid, "registry \(domain) answers a search with something else than results")
        }
        return results.prefix(limit).compactMap(FoundRepository.init)
    }
}

extension FoundRepository {
    /// Nil for what has no name. Texts of strangers go to terminals: they are made fit for one.
    fileprivate init?(_ value: JSONValue) {
        func text(_ key: String) -> String {
            let scalars = (value[key]?.stringValue ?? "").unicodeScalars.map { $0.value < 32 ? " " : $0 }
            return String(String.UnicodeScalarView(scalars.filter { !(127..<160).contains($0.value) }.prefix(4096)))
        }
        func flag(_ key: String) -> Bool { value[key]?.boolValue ?? false }
        guard case let name = text("name"), !name.isEmpty else { return nil }
        self.init(
            name: name, description: text("description"), stars: Int(value["star_count"]?.integerValue ?? 0),
            // What is called automated today was trusted once.
            isOfficial: flag("is_official"), isAutomated: flag("is_automated") || flag("is_trusted"))
    }
}
