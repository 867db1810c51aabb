/// The answer to `POST /build/prune`.
public struct BuildCachePruned: Codable, Sendable {
    /// Ids of what went.
    @Nullable public var cachesDeleted: [String]?
    /// Bytes.
    public var spaceReclaimed: Int64

    public init(_ deleted: [String], spaceReclaimed: Int64) {
        cachesDeleted = deleted.isEmpty ? nil : deleted
        self.spaceReclaimed = spaceReclaimed
    }

    enum CodingKeys: String, CodingKey {
        case cachesDeleted = "CachesDeleted"
        case spaceReclaimed = "SpaceReclaimed"
    }
}
