/// The answer to `GET /system/df`. What was not asked for is null.
public struct DiskUsage: Codable, Sendable {
    /// What can be asked for, by the name it has in the query.
    public enum Kind: String, Sendable, CaseIterable {
        case container, image, volume
        case buildCache = "build-cache"
    }

    /// Bytes of all layers of images, each counted once.
    public var layersSize: Int64
    /// With `sharedSize` and `containers`.
    @Nullable public var images: [ImageSummary]?
    /// With `sizeRw`.
    @Nullable public var containers: [ContainerSummary]?
    /// With `usageData`.
    @Nullable public var volumes: [VolumeResource]?
    @Nullable public var buildCache: [BuildCacheRecord]?

    public init() { layersSize = 0 }

    enum CodingKeys: String, CodingKey {
        case layersSize = "LayersSize"
        case images = "Images"
        case containers = "Containers"
        case volumes = "Volumes"
        case buildCache = "BuildCache"
    }
}

/// One entry of the build cache.
public struct BuildCacheRecord: Codable, Sendable {
    @Zero public var id: String
    @Zero public var type: String
    @Zero public var description: String
    @Zero public var inUse: Bool
    /// Part of an image too.
    @Zero public var shared: Bool
    @Zero public var size: Int64
    /// RFC 3339.
    @Zero public var createdAt: String
    @Nullable public var lastUsedAt: String?
    @Zero public var usageCount: Int

    public init() {}

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case type = "Type"
        case description = "Description"
        case inUse = "InUse"
        case shared = "Shared"
        case size = "Size"
        case createdAt = "CreatedAt"
        case lastUsedAt = "LastUsedAt"
        case usageCount = "UsageCount"
    }
}
