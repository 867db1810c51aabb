/// One row of `GET /containers/json` in today's shape.
public struct ContainerSummary: Codable, Sendable {
    public var id: String
    /// Each with its leading `/`; the container's own first.
    public var names: [String]
    public var image: String
    public var imageID: String
    public var command: String
    /// Unix seconds.
    public var created: Int64
    public var ports: [PortSummary]
    public var sizeRw: Int64?
    public var sizeRootFs: Int64?
    public var labels: [String: String]
    public var state: String
    /// `Up 5 minutes`, `Exited (0) 2 hours ago`, …
    public var status: String
    public var hostConfig: HostConfigSummary
    public var networkSettings: NetworkSettingsSummary
    public var mounts: [MountPoint]

    public init(id: String) {
        self.id = id
        names = []
        image = ""
        imageID = ""
        command = ""
        created = 0
        ports = []
        labels = [:]
        state = ""
        status = ""
        hostConfig = HostConfigSummary()
        networkSettings = NetworkSettingsSummary()
        mounts = []
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case image = "Image"
        case imageID = "ImageID"
        case command = "Command"
        case created = "Created"
        case ports = "Ports"
        case sizeRw = "SizeRw"
        case sizeRootFs = "SizeRootFs"
        case labels = "Labels"
        case state = "State"
        case status = "Status"
        case hostConfig = "HostConfig"
        case networkSettings = "NetworkSettings"
        case mounts = "Mounts"
    }
}

public struct HostConfigSummary: Codable, Sendable {
    @OmitZero public var networkMode: String
    @OmitZero public var annotations: [String: String]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case networkMode = "NetworkMode"
        case annotations = "Annotations"
    }
}

public struct NetworkSettingsSummary: Codable, Sendable {
    @Zero public var networks: [String: EndpointSettings]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case networks = "Networks"
    }
}

/// One port of a container: published when it has a public port.
public struct PortSummary: Codable, Sendable, Hashable {
    public var ip: String?
    public var privatePort: UInt16
    public var publicPort: UInt16?
    /// `tcp`, `udp` or `sctp`.
    public var type: String

    public init(ip: String? = nil, privatePort: UInt16, publicPort: UInt16? = nil, type: String) {
        self.ip = ip
        self.privatePort = privatePort
        self.publicPort = publicPort
        self.type = type
    }

    enum CodingKeys: String, CodingKey {
        case ip = "IP"
        case privatePort = "PrivatePort"
        case publicPort = "PublicPort"
        case type = "Type"
    }
}
