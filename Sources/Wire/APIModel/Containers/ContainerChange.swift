/// A path that is not as in the container's image, as `GET /containers/{id}/changes` tells it.
public struct ContainerChange: Codable, Sendable, Equatable {
    /// Absolute.
    public var path: String
    /// 0 changed, 1 added, 2 deleted.
    public var kind: Int

    public init(path: String, kind: Int) {
        self.path = path
        self.kind = kind
    }

    enum CodingKeys: String, CodingKey {
        case path = "Path"
        case kind = "Kind"
    }
}
