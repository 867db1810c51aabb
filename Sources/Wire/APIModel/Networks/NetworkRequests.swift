/// The body of `POST /networks/create`.
public struct NetworkCreateRequest: Codable, Sendable {
    @Zero public var name: String
    /// Empty is `bridge`.
    @Zero public var driver: String
    @Zero public var scope: String
    /// Nil is true.
    public var enableIPv4: Bool?
    /// Nil is the daemon's default.
    public var enableIPv6: Bool?
    @Nullable public var ipam: IPAMSettings?
    @Zero public var isInternal: Bool
    @Zero public var attachable: Bool
    @Zero public var ingress: Bool
    @Zero public var configOnly: Bool
    @Nullable public var configFrom: NetworkReference?
    @Zero public var options: [String: String]
    @Zero public var labels: [String: String]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case driver = "Driver"
        case scope = "Scope"
        case enableIPv4 = "EnableIPv4"
        case enableIPv6 = "EnableIPv6"
        case ipam = "IPAM"
        case isInternal = "Internal"
        case attachable = "Attachable"
        case ingress = "Ingress"
        case configOnly = "ConfigOnly"
        case configFrom = "ConfigFrom"
        case options = "Options"
        case labels = "Labels"
    }
}

/// The answer to `POST /networks/create`.
public struct NetworkCreated: Codable, Sendable {
    @Zero public var id: String
    @Zero public var warning: String

    public init(id: String, warning: String = "") {
        self.id = id
        self.warning = warning
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case warning = "Warning"
    }
}

/// The body of `POST /networks/{id}/connect`.
public struct NetworkConnectRequest: Codable, Sendable {
    @Zero public var container: String
    @Nullable public var endpointConfig: EndpointSettings?

    public init(container: String, endpointConfig: EndpointSettings? = nil) {
        self.container = container
        self.endpointConfig = endpointConfig
    }

    enum CodingKeys: String, CodingKey {
        case container = "Container"
        case endpointConfig = "EndpointConfig"
    }
}

/// The body of `POST /networks/{id}/disconnect`.
public struct NetworkDisconnectRequest: Codable, Sendable {
    @Zero public var container: String
    /// Also when the container is gone.
    @Zero public var force: Bool

    public init(container: String, force: Bool = false) {
        self.container = container
        self.force = force
    }

    enum CodingKeys: String, CodingKey {
        case container = "Container"
        case force = "Force"
    }
}

/// The answer to `POST /networks/prune`.
public struct NetworksPruned: Codable, Sendable {
    @Nullable public var networksDeleted: [String]?

    public init(_ names: [String]) { networksDeleted = names.isEmpty ? nil : names }

    enum CodingKeys: String, CodingKey {
        case networksDeleted = "NetworksDeleted"
    }
}
