internal import OrderedJSON
internal import Primitives

/// Docker's `AuthConfig`: who wants something of a registry, as `X-Registry-Auth` and `POST /auth` carry it.
///
/// What is secret in it is in no description.
public struct RegistryAuthorization: Codable, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible
{
    public var username = ""
    public var password = ""
    public var email = ""
    public var serverAddress = ""
    public var identityToken = ""
    public var registryToken = ""

    public init() {}

    /// Base 64 for URLs of the JSON object. Nil for what can't be read: as with Docker, a pull then asks as nobody.
    public init?(header: String?) {
        guard let header, header.utf8.count <= Self.longest, let bytes = Base64.decode(header), !bytes.isEmpty,
            let value = try? OrderedJSONDecoder().decode(Self.self, from: bytes)
        else { return nil }
        self = value
    }

    /// `X-Registry-Config`, which builds carry: authorizations by registry, in Docker 1.6 and 1.7 within a member
    /// `configs` or `auths`. Empty for what can't be read.
    public static func all(header: String?) -> [String: RegistryAuthorization] {
        guard let header, header.utf8.count <= longest * 16, let bytes = Base64.decode(header), !bytes.isEmpty else {
            return [:]
        }
        guard let document = try? JSONValue(parsing: bytes) else { return [:] }
        let members = document["configs"] ?? document["auths"] ?? document
        return (try? OrderedJSONDecoder().decode([String: RegistryAuthorization].self, from: members)) ?? [:]
    }

    private static let longest = 64 << 10

    enum CodingKeys: String, CodingKey {
        case username, password, auth, email
        case serverAddress = "serveraddress"
        case identityToken = "identitytoken"
        case registryToken = "registrytoken"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try container.decodeIfPresent(String.self, forKey: key) ?? "" }
        username = try text(.username)
        password = try text(.password)
        email = try text(.email)
        serverAddress = try text(.serverAddress)
        identityToken = try text(.identityToken)
        registryToken = try text(.registryToken)
        // `name:password` in base 64, as configuration files have it.
        if username.isEmpty, password.isEmpty, let pair = Base64.decode(try text(.auth)) {
            let parts = String(decoding: pair, as: UTF8.self).split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { (username, password) = (String(parts[0]), String(parts[1])) }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let fields: [(CodingKeys, String)] = [
            (.username, username), (.password, password), (.email, email), (.serverAddress, serverAddress),
            (.identityToken, identityToken), (.registryToken, registryToken),
        ]
        for (key, value) in fields where !value.isEmpty { try container.encode(value, forKey: key) }
    }

    public var description: String { "authorization of \(username.isEmpty ? "nobody" : username)" }
    public var debugDescription: String { description }
}
