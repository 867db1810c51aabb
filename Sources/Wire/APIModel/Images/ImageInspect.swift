/// The answer to `GET /images/{name}/json` in today's shape, with the fields older versions had kept optional.
public struct ImageInspect: Codable, Sendable {
    public var id: String
    public var repoTags: [String]
    public var repoDigests: [String]
    public var parent: String
    public var comment: String
    public var created: String?
    /// Sent below 1.45 only.
    public var container: String?
    /// Sent below 1.45 only.
    public var containerConfig: ContainerConfig?
    public var dockerVersion: String
    public var author: String
    public var config: ContainerConfig?
    public var architecture: String
    @OmitZero public var variant: String
    public var os: String
    @OmitZero public var osVersion: String
    /// Bytes of all layers.
    public var size: Int64
    /// Sent below 1.44 only.
    public var virtualSize: Int64?
    public var graphDriver: GraphDriverData
    public var rootFS: RootFS
    public var metadata: Metadata

    public struct RootFS: Codable, Sendable {
        public var type: String
        public var layers: [String]

        public init(layers: [String]) {
            type = "layers"
            self.layers = layers
        }

        enum CodingKeys: String, CodingKey {
            case type = "Type"
            case layers = "Layers"
        }
    }

    public struct Metadata: Codable, Sendable {
        /// RFC 3339; the zero time when never tagged.
        public var lastTagTime: String

        public init(lastTagTime: String = "0001-01-01T00:00:00Z") { self.lastTagTime = lastTagTime }

        enum CodingKeys: String, CodingKey {
            case lastTagTime = "LastTagTime"
        }
    }

    public init(id: String) {
        self.id = id
        repoTags = []
        repoDigests = []
        parent = ""
        comment = ""
        dockerVersion = ""
        author = ""
        architecture = ""
        variant = ""
        os = ""
        osVersion = ""
        size = 0
        graphDriver = GraphDriverData()
        rootFS = RootFS(layers: [])
        metadata = Metadata()
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case repoTags = "RepoTags"
        case repoDigests = "RepoDigests"
        case parent = "Parent"
        case comment = "Comment"
        case created = "Created"
        case container = "Container"
        case containerConfig = "ContainerConfig"
        case dockerVersion = "DockerVersion"
        case author = "Author"
        case config = "Config"
        case architecture = "Architecture"
        case variant = "Variant"
        case os = "Os"
        case osVersion = "OsVersion"
        case size = "Size"
        case virtualSize = "VirtualSize"
        case graphDriver = "GraphDriver"
        case rootFS = "RootFS"
        case metadata = "Metadata"
    }
}
