/// The answer to `POST /containers/prune`.
public struct ContainersPruned: Codable, Sendable {
    /// Ids.
    @Nullable public var containersDeleted: [String]?
    /// Bytes that the containers had written.
    public var spaceReclaimed: Int64

    public init(_ ids: [String], spaceReclaimed: Int64) {
        containersDeleted = ids.isEmpty ? nil : ids
        self.spaceReclaimed = spaceReclaimed
    }

    enum CodingKeys: String, CodingKey {
        case containersDeleted = "ContainersDeleted"
        case spaceReclaimed = "SpaceReclaimed"
    }
}
