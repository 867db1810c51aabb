internal import OrderedJSON
public import Primitives

/// One image in `manifest.json` of a docker archive.
public struct DockerArchiveImage: Codable, Sendable, Hashable {
    /// A path in the archive: `<hex>.json` or `blobs/sha256/<hex>`.
    public var config: String
    public var repoTags: [String]?
    /// Paths, root first.
    public var layers: [String]

    public init(config: String, repoTags: [String]?, layers: [String]) {
        self.config = config
        self.repoTags = repoTags
        self.layers = layers
    }

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case repoTags = "RepoTags"
        case layers = "Layers"
    }

    /// `RepoTags` and `Layers` may be null.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        config = try container.decode(String.self, forKey: .config)
        repoTags = try container.decodeIfPresent([String].self, forKey: .repoTags)
        layers = try container.decodeIfPresent([String].self, forKey: .layers) ?? []
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(config, forKey: .config)
        try container.encode(repoTags, forKey: .repoTags)
        try container.encode(layers, forKey: .layers)
    }
}

/// The documents of a docker archive (`docker save`).
public enum DockerArchive {
    public static let manifestName = "manifest.json"
    public static let repositoriesName = "repositories"

    public static func manifest(parsing bytes: [UInt8]) throws(EngineError) -> [DockerArchiveImage] {
        try decode([DockerArchiveImage].self, bytes, "manifest.json")
    }

    public static func manifest(_ images: [DockerArchiveImage]) throws -> [UInt8] {
        try OrderedJSONEncoder(style: .goCompact).encode(images) + [0x0A]
    }

    /// `repositories`: name → tag → v1 id.
    public static func repositories(parsing bytes: [UInt8]) throws(EngineError) -> [String: [String: String]] {
        try decode([String: [String: String]].self, bytes, "repositories")
    }

    public static func repositories(_ names: [String: [String: String]]) throws -> [UInt8] {
        try OrderedJSONEncoder(style: .goCompact).encode(names) + [0x0A]
    }
}
