/// A volume as clients see it.
public struct VolumeResource: Codable, Sendable {
    /// How it is used; in `GET /system/df` alone.
    public struct Usage: Codable, Sendable {
        /// Bytes; -1 when not known.
        public var size: Int64
        /// Containers that mount it; -1 when not known.
        public var refCount: Int64

        public init(size: Int64, refCount: Int64) {
            self.size = size
            self.refCount = refCount
        }

        enum CodingKeys: String, CodingKey {
            case size = "Size"
            case refCount = "RefCount"
        }
    }

    /// RFC 3339; nil when not known.
    public var createdAt: String?
    public var driver: String
    @Nullable public var labels: [String: String]?
    /// On the engine's host.
    public var mountpoint: String
    public var name: String
    @Nullable public var options: [String: String]?
    public var scope: String
    public var usageData: Usage?

    public init(name: String, mountpoint: String) {
        self.name = name
        self.mountpoint = mountpoint
        driver = "local"
        scope = "local"
    }

    enum CodingKeys: String, CodingKey {
        case createdAt = "CreatedAt"
        case driver = "Driver"
        case labels = "Labels"
        case mountpoint = "Mountpoint"
        case name = "Name"
        case options = "Options"
        case scope = "Scope"
        case usageData = "UsageData"
    }
}
