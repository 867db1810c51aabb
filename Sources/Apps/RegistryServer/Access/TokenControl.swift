internal import Primitives
internal import RegistryStorage

/// Bearer tokens of an authorization service (distribution's `auth.token`; docs/spec/auth): the server sends clients
/// there, and lets them do what the service's signed tokens say.
final class TokenControl: AccessControl {
    private let settings: TokenSettings
    private let keys: TrustedKeys
    private let now: @Sendable () -> Timestamp

    /// Errors: `badParameter` for certificates that can't be used.
    convenience init(_ settings: TokenSettings) throws(EngineError) {
        self.init(settings, keys: try TrustedKeys(file: settings.rootCertificates))
    }

    init(_ settings: TokenSettings, keys: TrustedKeys, now: @escaping @Sendable () -> Timestamp = Timestamp.now) {
        self.settings = settings
        self.keys = keys
        self.now = now
    }

    func authorize(_ request: AccessRequest) async throws -> String? {
        guard let text = Self.token(request.authorization) else {
            throw denied(request, RegistryError(.unauthorized), reason: nil)
        }
        let token: BearerToken
        do {
            token = try BearerToken(text, trusting: keys)
            try token.check(issuer: settings.issuer, audience: settings.service, now: now())
        } catch {
            throw denied(request, RegistryError(.unauthorized, cause: error), reason: "invalid_token")
        }
        guard request.wishes.allSatisfy(token.grants) else {
            throw denied(request, RegistryError(.unauthorized), reason: "insufficient_scope")
        }
        return token.subject
    }

    private static func token(_ header: String?) -> String? {
        guard let header, header.lowercased().hasPrefix("bearer ") else { return nil }
        return String(header.dropFirst(7).drop { $0 == " " })
    }

    private func denied(_ request: AccessRequest, _ error: RegistryError, reason: String?) -> AccessDenied {
        var challenge = "Bearer realm=\"\(Self.escaped(settings.realm))\",service=\"\(Self.escaped(settings.service))\""
        if !request.wishes.isEmpty {
            let scopes = request.wishes.map {
                "\($0.type):\(Self.escaped($0.name)):\($0.actions.joined(separator: ","))"
            }
            challenge += ",scope=\"\(scopes.joined(separator: " "))\""
        }
        if let reason { challenge += ",error=\"\(reason)\"" }
        return AccessDenied(error: error, challenge: challenge)
    }

    private static func escaped(_ text: String) -> String {
        String(text.filter { !$0.isNewline }).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
