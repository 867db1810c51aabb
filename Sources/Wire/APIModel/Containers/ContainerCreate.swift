/// The body of `POST /containers/create`: the config's fields at top level, with the host and network halves beside them.
public struct ContainerCreateRequest: Codable, Sendable {
    public var config: ContainerConfig
    public var hostConfig: HostConfig
    public var networkingConfig: NetworkingConfig?
    /// `SERVICE[.NETWORK[.DRIVER]]`: the service that the container stands behind (1.7's experimental builds).
    public var publishService = ""

    public init(config: ContainerConfig, hostConfig: HostConfig, networkingConfig: NetworkingConfig? = nil) {
        self.config = config
        self.hostConfig = hostConfig
        self.networkingConfig = networkingConfig
    }

    enum CodingKeys: String, CodingKey {
        case hostConfig = "HostConfig"
        case networkingConfig = "NetworkingConfig"
        case publishService = "PublishService"
    }

    public init(from decoder: any Decoder) throws {
        config = try ContainerConfig(from: decoder)
        let keyed = try decoder.container(keyedBy: CodingKeys.self)
        hostConfig = try keyed.decodeIfPresent(HostConfig.self, forKey: .hostConfig) ?? HostConfig()
        networkingConfig = try keyed.decodeIfPresent(NetworkingConfig.self, forKey: .networkingConfig)
        publishService = try keyed.decodeIfPresent(String.self, forKey: .publishService) ?? ""
    }

    public func encode(to encoder: any Encoder) throws {
        try config.encode(to: encoder)
        var keyed = encoder.container(keyedBy: CodingKeys.self)
        try keyed.encode(hostConfig, forKey: .hostConfig)
        try keyed.encodeIfPresent(networkingConfig, forKey: .networkingConfig)
        if !publishService.isEmpty { try keyed.encode(publishService, forKey: .publishService) }
    }
}

public struct NetworkingConfig: Codable, Sendable {
    @Nullable public var endpointsConfig: [String: EndpointSettings?]?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case endpointsConfig = "EndpointsConfig"
    }
}

/// The answer to create.
public struct ContainerCreated: Codable, Sendable {
    public var id: String
    public var warnings: [String]

    public init(id: String, warnings: [String] = []) {
        self.id = id
        self.warnings = warnings
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case warnings = "Warnings"
    }
}

/// The answer to wait.
public struct ContainerWaited: Codable, Sendable {
    public struct Failure: Codable, Sendable {
        @Zero public var message: String

        public init(message: String) { self.message = message }

        enum CodingKeys: String, CodingKey {
            case message = "Message"
        }
    }

    public var statusCode: Int
    public var error: Failure?

    public init(statusCode: Int, error: Failure? = nil) {
        self.statusCode = statusCode
        self.error = error
    }

    enum CodingKeys: String, CodingKey {
        case statusCode = "StatusCode"
        case error = "Error"
    }
}

/// The answer to top.
public struct ContainerTop: Codable, Sendable {
    @Nullable public var processes: [[String]]?
    @Nullable public var titles: [String]?

    public init(titles: [String], processes: [[String]]) {
        self.titles = titles
        self.processes = processes
    }

    enum CodingKeys: String, CodingKey {
        case processes = "Processes"
        case titles = "Titles"
    }
}
