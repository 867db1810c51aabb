internal import ImageModel
internal import NIOHTTP1
internal import OrderedJSON
internal import Primitives

/// A bearer token and when it ends.
struct Token: Sendable {
    var text: String
    var refresh: String?
    var ends: ContinuousClock.Instant

    var hasEnded: Bool { ends <= .now }

    static let leastSeconds: Int64 = 60
}

/// Asks a registry's token server (distribution-spec, "Token Authentication Specification" and its OAuth 2 form).
struct TokenServer: Sendable {
    let transport: Transport
    let choice: EndpointChoice
    /// The registry that sends us there.
    let registry: Endpoint
    /// A login wants a token to keep.
    var wantsRefresh = false

    private static let clientID = "docker"
    private static let maximumAnswer = 1 << 20

    func token(
        _ challenge: Challenge, _ scope: String, _ credentials: RegistryCredentials
    ) async throws(RegistryError) -> Token {
        let realm = challenge.parameters["realm"] ?? ""
        guard let url = WebAddress(realm) else {
            throw RegistryError(.invalid, "invalid token auth challenge realm: \(realm.prefix(200))")
        }
        let isVerified = await !choice.isInsecure(url.authority)
        // What is secret does not travel in the open because a stranger says so.
        guard url.isSecure || !registry.address.isSecure || !isVerified else {
            throw RegistryError(.invalid, "the token server \(url.shown) of \(registry.address) is not secure")
        }
        let service = challenge.parameters["service"] ?? ""
        let request =
            credentials.identityToken.isEmpty
            ? get(url, isVerified, service, scope, credentials) : post(url, isVerified, service, scope, credentials)
        let answer = try await transport.send(request)
        guard answer.isSuccess else { throw await answer.failure() }
        return try Self.read(await answer.collect(limit: Self.maximumAnswer, "the token"), url)
    }

    private func get(
        _ url: WebAddress, _ isVerified: Bool, _ service: String, _ scope: String, _ credentials: RegistryCredentials
    ) -> Request {
        var url = url
        if !service.isEmpty { url = url.adding("service", service) }
        // Several scopes are several fields here, and one list in a form (RFC 6749, 3.3).
        for scope in scope.split(separator: " ") { url = url.adding("scope", String(scope)) }
        if wantsRefresh { url = url.adding("offline_token", "true").adding("client_id", Self.clientID) }
        if !credentials.username.isEmpty { url = url.adding("account", credentials.username) }
        var request = Request(.GET, url, isVerified: isVerified, deadline: Request.soon)
        if credentials.hasPassword { request.headers.add(name: "Authorization", value: credentials.basic) }
        return request
    }

    private func post(
        _ url: WebAddress, _ isVerified: Bool, _ service: String, _ scope: String, _ credentials: RegistryCredentials
    ) -> Request {
        let fields = [
            ("grant_type", "refresh_token"), ("service", service), ("client_id", Self.clientID), ("scope", scope),
            ("refresh_token", credentials.identityToken),
        ]
        var request = Request(.POST, url, isVerified: isVerified, deadline: Request.soon)
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(Array(fields.map { "\($0)=\(WebAddress.escape($1))" }.joined(separator: "&").utf8))
        return request
    }

    /// `token` and `access_token` are the same; a life under a minute is taken as one.
    static func read(_ bytes: [UInt8], _ url: WebAddress) throws(RegistryError) -> Token {
        guard let json = try? JSONValue(parsing: bytes),
            let text = [json["token"], json["access_token"]].compactMap({ $0?.stringValue }).first(where: {
                !$0.isEmpty
            }),
            text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else {
            throw RegistryError(.invalid, "authorization server \(url.shown) did not include a token in the response")
        }
        let seconds = min(max(json["expires_in"]?.integerValue ?? 0, Token.leastSeconds), 1 << 31)
        let refresh = json["refresh_token"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        // Some seconds less, for the way that the next request has to go.
        return Token(text: text, refresh: refresh, ends: .now.advanced(by: .seconds(seconds - 5)))
    }
}
