/// The answer to `POST /volumes/prune`.
public struct VolumesPruned: Codable, Sendable {
    @Nullable public var volumesDeleted: [String]?
    /// Bytes of the files in them.
    public var spaceReclaimed: Int64

    public init(_ names: [String], spaceReclaimed: Int64) {
        volumesDeleted = names.isEmpty ? nil : names
        self.spaceReclaimed = spaceReclaimed
    }

    enum CodingKeys: String, CodingKey {
        case volumesDeleted = "VolumesDeleted"
        case spaceReclaimed = "SpaceReclaimed"
    }
}
