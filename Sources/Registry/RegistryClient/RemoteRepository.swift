internal import AsyncHTTPClient
internal import ImageModel
internal import NIOCore
internal import NIOHTTP1

/// One repository at one endpoint of a registry.
public final class RemoteRepository: Sendable {
    let endpoint: Endpoint
    /// Within the registry: `library/busybox`.
    let path: String
    let scope: String
    private let transport: Transport
    private let authorizer: Authorizer

    init(
        _ client: RegistryClient, _ endpoint: Endpoint, _ path: String, _ credentials: RegistryCredentials,
        _ access: RegistryClient.Access, wantsRefresh: Bool = false
    ) {
        self.endpoint = endpoint
        self.path = path
        transport = client.transport
        scope = path.isEmpty ? "" : access.scope(path)
        let tokens = TokenServer(
            transport: client.transport, choice: client.choice, registry: endpoint, wantsRefresh: wantsRefresh)
        authorizer = Authorizer(credentials, tokens: tokens)
    }

    /// An address of the API: `v2/` and what follows.
    func url(_ tail: String) -> WebAddress {
        var url = endpoint.address
        url.target = "/v2/" + tail
        return url
    }

    /// Asks whether somebody is there, and how one proves who one is. Errors: `unreachable`, `invalid`.
    func greet() async throws(RegistryError) {
        let answer = try await transport.send(
            Request(.GET, url(""), isVerified: endpoint.isVerified, deadline: Request.soon))
        if answer.status == 401 { await authorizer.note(answer.response.headers["www-authenticate"]) }
        await answer.drop()
    }

    /// Errors: `refused`, `unreachable`, `invalid`.
    func logIn() async throws(RegistryError) -> String {
        let answer = try await send(.GET, url(""), soon: true)
        guard answer.isSuccess else { throw await answer.failure() }
        await answer.drop()
        return await authorizer.identityToken
    }

    /// Sends a request with whatever proof the registry asks for; again if it had none, or one that has ended meanwhile. What
    /// streams is sent once.
    func send(
        _ method: HTTPMethod, _ url: WebAddress, _ headers: [(String, String)] = [], body: [UInt8]? = nil,
        streaming stream: StreamedBody? = nil, soon: Bool = false, scope: String? = nil
    ) async throws(RegistryError) -> Answer {
        var tries = 0
        while true {
            var request = Request(
                method, url, isVerified: endpoint.isVerified, deadline: soon ? Request.soon : .distantFuture)
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            request.body = body.map(Request.Body.bytes) ?? stream.map(Request.Body.stream)
            let proof = try await proof(scope ?? self.scope)
            if let proof, url.origin == endpoint.address.origin {
                request.headers.add(name: "Authorization", value: proof)
            }
            let answer = try await transport.send(request)
            tries += 1
            guard answer.status == 401, stream == nil, tries < Self.mostTries,
                answer.url.origin == endpoint.address.origin
            else { return answer }
            let values = answer.response.headers["www-authenticate"]
            guard try await authorizer.answer(values, sent: proof) else { return answer }
            await answer.drop()
        }
    }

    private static let mostTries = 4

    private func proof(_ scope: String) async throws(RegistryError) -> String? {
        do { return try await authorizer.header(for: scope) } catch {
            throw error as? RegistryError ?? RegistryError(.unreachable, "\(error)")
        }
    }
}
