public import Primitives

/// Which registries are spoken to, and how.
public struct RegistryConfiguration: Sendable {
    /// Asked for Docker Hub's images before Docker Hub is, in this order: `https://mirror.example`.
    public var mirrors: [String] = []
    /// Hosts (`host` or `host:port`) and networks (CIDR) whose certificates are not checked, and which may speak plain
    /// HTTP. Loopback always belongs to them.
    public var insecure: [String] = []
    /// A folder for each `host:port`: `*.crt` are further authorities, `x.cert` with `x.key` is a client's certificate.
    public var certificates = "/etc/docker/certs.d"
    public var userAgent: String

    public init(userAgent: String) { self.userAgent = userAgent }

    /// Where Docker Hub's API is.
    static let hub = "https://registry-1.docker.io"

    /// A mirror's address in one form. Errors: `badParameter` with Docker's wording.
    public static func mirror(_ text: String) throws(EngineError) -> String {
        guard let address = WebAddress(text) else {
            throw EngineError(.badParameter, "invalid mirror: unsupported scheme \"\(scheme(text))\" in \"\(text)\"")
        }
        guard address.target == "/" || address.target.isEmpty else {
            throw EngineError(.badParameter, "invalid mirror: path, query, or fragment at end of the URI \"\(text)\"")
        }
        return address.origin
    }

    private static func scheme(_ text: String) -> Substring {
        text.firstRange(of: "://").map { text[..<$0.lowerBound] } ?? ""
    }
}

/// Who asks. What is secret here is in no description.
public struct RegistryCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    public var username: String
    public var password: String
    /// Stands for name and password at the token server (OAuth 2 refresh token).
    public var identityToken: String
    /// Goes to the registry as it is.
    public var registryToken: String

    public init(username: String = "", password: String = "", identityToken: String = "", registryToken: String = "") {
        self.username = username
        self.password = password
        self.identityToken = identityToken
        // What could not stand in a header is no token, and must not come back in the error of one who tried.
        self.registryToken = registryToken.utf8.allSatisfy { $0 > 32 && $0 < 127 } ? registryToken : ""
    }

    public var description: String { "credentials" }
    public var debugDescription: String { "credentials" }

    var hasPassword: Bool { !username.isEmpty && !password.isEmpty }
    var basic: String { "Basic " + Base64.encode("\(username):\(password)".utf8) }
}
