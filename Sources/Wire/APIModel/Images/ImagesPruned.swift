/// The answer to `POST /images/prune`.
public struct ImagesPruned: Codable, Sendable {
    @Nullable public var imagesDeleted: [ImageDeleted]?
    /// Bytes of the layers that are gone.
    public var spaceReclaimed: Int64

    public init(_ deleted: [ImageDeleted], spaceReclaimed: Int64) {
        imagesDeleted = deleted.isEmpty ? nil : deleted
        self.spaceReclaimed = spaceReclaimed
    }

    enum CodingKeys: String, CodingKey {
        case imagesDeleted = "ImagesDeleted"
        case spaceReclaimed = "SpaceReclaimed"
    }
}
