internal import Primitives
internal import RegistryStorage

/// What a request wants to do, for whoever decides.
struct AccessRequest: Sendable {
    /// One resource and what is to be done with it: `repository`, `team/app`, `pull` and `push`.
    struct Wish: Sendable, Hashable {
        var type: String
        var name: String
        var actions: [String]
    }

    var authorization: String?
    /// None for `/v2/` itself, where who has a name is enough.
    var wishes: [Wish]

    init(authorization: String?, wishes: [Wish]) {
        self.authorization = authorization
        self.wishes = wishes
    }

    init(_ call: RegistryCall) {
        authorization = call.header("authorization")
        wishes = []
        if call.route == .catalog { wishes.append(Wish(type: "registry", name: "catalog", actions: ["*"])) }
        guard let name = call.route.repository else { return }
        wishes.append(Wish(type: "repository", name: name.description, actions: Self.actions(call.method)))
        // A mount reads the other repository.
        if case .uploads = call.route, call.query["mount"] != nil, let source = call.query["from"] {
            wishes.append(Wish(type: "repository", name: source, actions: ["pull"]))
        }
    }

    private static func actions(_ method: String) -> [String] {
        switch method {
        case "GET", "HEAD": ["pull"]
        case "DELETE": ["delete"]
        default: ["pull", "push"]
        }
    }
}

/// Decides who may do what.
protocol AccessControl: Sendable {
    /// Who asks, when all of the wishes are granted. Errors: `AccessDenied`.
    func authorize(_ request: AccessRequest) async throws -> String?
}

/// A refusal, with what the client has to show (RFC 9110, 11.6.1).
struct AccessDenied: Error {
    var error: RegistryError
    var challenge: String
}
