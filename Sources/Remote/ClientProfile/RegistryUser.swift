public import OrderedJSON
internal import Primitives

/// Who a user is to a registry.
public struct RegistryUser: Sendable, Equatable {
    public var username: String
    public var password: String
    public var email: String
    /// What a registry gave in place of the password; empty when it gave nothing.
    public var identityToken: String
    /// A bearer token that goes to the registry as it is.
    public var registryToken: String
    /// `https://index.docker.io/v1/`, else `host[:port]`.
    public var serverAddress: String

    public init(
        username: String = "", password: String = "", email: String = "", identityToken: String = "",
        registryToken: String = "", serverAddress: String = ""
    ) {
        self.username = username
        self.password = password
        self.email = email
        self.identityToken = identityToken
        self.registryToken = registryToken
        self.serverAddress = serverAddress
    }

    /// Enough to be let in with.
    public var isComplete: Bool {
        !registryToken.isEmpty || !identityToken.isEmpty || (!username.isEmpty && !password.isEmpty)
    }

    /// As the engine reads it, in the body of `/auth` and in the header below. What is empty is left out.
    public var json: JSONObject {
        let fields = [
            ("username", username), ("password", password), ("email", email), ("serveraddress", serverAddress),
            ("identitytoken", identityToken), ("registrytoken", registryToken),
        ]
        return JSONObject(fields.filter { !$0.1.isEmpty }.map { ($0.0, JSONValue.string($0.1)) })
    }

    /// The value of `X-Registry-Auth`.
    public var header: String { Base64.encode(JSONValue.object(json).serialized(), forURL: true) }

    /// The value for nobody in particular: `{}`.
    public static let anonymousHeader = RegistryUser().header
}

/// Nothing that is printed or logged shows a secret.
extension RegistryUser: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(username) at \(serverAddress)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["user": description]) }
}
