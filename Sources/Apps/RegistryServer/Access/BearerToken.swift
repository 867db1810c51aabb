internal import OrderedJSON
internal import Primitives

/// A JSON Web Token whose signature is right (RFC 7515, 7519).
struct BearerToken: Sendable {
    struct Invalid: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// Bytes of a token, and how far clocks may be apart.
    static let limit = 64 << 10
    static let leeway = Duration.seconds(60)

    let subject: String?
    private let issuer: String?
    private let audiences: [String]
    private let expires: Int64?
    private let notBefore: Int64?
    private let access: [AccessRequest.Wish]

    /// Errors: `Invalid` for what is no token, and for one that no trusted key signed.
    init(_ text: String, trusting keys: TrustedKeys) throws {
        guard text.utf8.count <= Self.limit else { throw Invalid("the token is too long") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = Base64.decode(parts[2]) else {
            throw Invalid("the token has not three parts")
        }
        let head = try Self.object(parts[0], "head")
        let key = try Self.key(head, keys)
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        guard let algorithm = head["alg"]?.stringValue, key.verifies(signature, of: signed, algorithm: algorithm) else {
            throw Invalid("the token's signature is wrong")
        }
        try self.init(Self.object(parts[1], "claims"))
    }

    private init(_ claims: JSONObject) throws {
        subject = claims["sub"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        issuer = claims["iss"]?.stringValue
        audiences =
            claims["aud"]?.stringValue.map { [$0] } ?? claims["aud"]?.arrayValue?.compactMap(\.stringValue) ?? []
        expires = Self.seconds(claims["exp"])
        notBefore = Self.seconds(claims["nbf"])
        access = (claims["access"]?.arrayValue ?? []).compactMap { entry in
            guard let type = entry["type"]?.stringValue, let name = entry["name"]?.stringValue else { return nil }
            let actions = entry["actions"]?.arrayValue?.compactMap(\.stringValue) ?? []
            return AccessRequest.Wish(type: type, name: name, actions: actions)
        }
    }

    private static func object(_ part: Substring, _ name: String) throws -> JSONObject {
        guard let bytes = Base64.decode(part), let object = try JSONValue(parsing: bytes).objectValue
        else {
            throw Invalid("the token's \(name) can't be read")
        }
        return object
    }

    /// By its id, or the certificate that comes along.
    private static func key(_ head: JSONObject, _ keys: TrustedKeys) throws -> TrustedKeys.Key {
        if let chain = head["x5c"]?.arrayValue?.compactMap(\.stringValue), let leaf = chain.first {
            guard let bytes = Base64.decode(leaf), let key = keys.key(certificate: bytes) else {
                throw Invalid("the token's certificate is not among the trusted ones")
            }
            return key
        }
        guard let id = head["kid"]?.stringValue, let key = keys.key(id: id) else {
            throw Invalid("the token's key is not trusted")
        }
        return key
    }

    private static func seconds(_ value: JSONValue?) -> Int64? {
        value?.doubleValue.flatMap { abs($0) < 1e15 ? Int64($0) : nil }
    }

    /// Errors: `Invalid` for somebody else's token, and outside its time.
    func check(issuer: String, audience: String, now: Timestamp) throws {
        guard self.issuer == issuer else { throw Invalid("the token is of another issuer") }
        guard audiences.contains(audience) else { throw Invalid("the token is for another service") }
        let leeway = Self.leeway.components.seconds
        guard let expires, now.seconds < expires + leeway else { throw Invalid("the token is no longer valid") }
        if let notBefore, now.seconds + leeway < notBefore { throw Invalid("the token is not valid yet") }
    }

    /// Whether all of a wish's actions are granted.
    func grants(_ wish: AccessRequest.Wish) -> Bool {
        let granted = access.filter { $0.type == wish.type && $0.name == wish.name }.flatMap(\.actions)
        return wish.actions.allSatisfy { granted.contains($0) || ($0 == "delete" && granted.contains("*")) }
    }
}
