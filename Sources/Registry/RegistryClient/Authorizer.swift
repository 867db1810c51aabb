internal import ImageModel
internal import NIOHTTP1

/// Proves to one registry who asks: answers its challenges, keeps tokens until they end, and gets new ones in the middle of
/// a pull when it must (distribution-spec, token authentication).
actor Authorizer {
    private let credentials: RegistryCredentials
    private let tokens: TokenServer
    private var challenge: Challenge?
    private var held: [String: Token] = [:]
    private var underWay: [String: Task<Token, any Error>] = [:]

    init(_ credentials: RegistryCredentials, tokens: TokenServer) {
        self.credentials = credentials
        self.tokens = tokens
    }

    /// The `Authorization` for a request of this scope (`repository:a/b:pull`, several with a blank between, empty for none); nil before the registry has
    /// asked for one. Errors: `refused` by the token server, `unreachable`.
    func header(for scope: String) async throws -> String? {
        guard let challenge else { return nil }
        if challenge.scheme == "basic" { return credentials.basic }
        if !credentials.registryToken.isEmpty { return "Bearer " + credentials.registryToken }
        return "Bearer " + (try await token(for: scope, challenge)).text
    }

    /// After an answer of 401 to a request with `sent`: whether another try may go better. Errors: `refused` when there
    /// are no credentials to prove anything with.
    func answer(_ values: [String], sent: String?) throws(RegistryError) -> Bool {
        let challenges = Challenge.parse(values)
        let bearer = challenges.first { $0.scheme == "bearer" && $0.parameters["realm"]?.isEmpty == false }
        if let bearer {
            challenge = bearer
            guard let sent, credentials.registryToken.isEmpty else { return sent == nil }
            // A token that is refused has ended, whatever was said of its life. Somebody else may have a new one already.
            for scope in held.filter({ "Bearer " + $0.value.text == sent }).map(\.key) { held[scope] = nil }
            return true
        }
        guard let basic = challenges.first(where: { $0.scheme == "basic" }) else { return false }
        guard credentials.hasPassword else {
            throw RegistryError(.refused(code: "UNAUTHORIZED", status: 401), "no basic auth credentials")
        }
        challenge = basic
        return sent == nil
    }

    /// Takes over what the registry said when it was first greeted.
    func note(_ values: [String]) {
        let challenges = Challenge.parse(values)
        challenge =
            challenges.first { $0.scheme == "bearer" && $0.parameters["realm"]?.isEmpty == false }
            ?? challenges.first { $0.scheme == "basic" && credentials.hasPassword }
    }

    /// Several who ask at once share one question.
    private func token(for scope: String, _ challenge: Challenge) async throws -> Token {
        if let token = held[scope], !token.hasEnded { return token }
        if let asking = underWay[scope] { return try await asking.value }
        // Ends with the answer; nobody cancels it, since others may wait for it too.
        let asking = Task { [tokens, credentials] in try await tokens.token(challenge, scope, credentials) }
        underWay[scope] = asking
        defer { underWay[scope] = nil }
        let token = try await asking.value
        held[scope] = token
        return token
    }

    /// What a login brought: an identity token, if the server gives any.
    var identityToken: String { held.values.compactMap(\.refresh).first ?? "" }
}
