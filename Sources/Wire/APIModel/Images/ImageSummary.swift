/// One row of `GET /images/json` in today's shape (`Size` is the total).
public struct ImageSummary: Codable, Sendable {
    /// -1 when not counted.
    public var containers: Int64
    /// Unix seconds.
    public var created: Int64
    public var id: String
    @Nullable public var labels: [String: String]?
    public var parentID: String
    public var repoDigests: [String]
    public var repoTags: [String]
    /// -1 when not computed.
    public var sharedSize: Int64
    public var size: Int64

    public init(id: String) {
        self.id = id
        containers = -1
        created = 0
        labels = nil
        parentID = ""
        repoDigests = []
        repoTags = []
        sharedSize = -1
        size = 0
    }

    enum CodingKeys: String, CodingKey {
        case containers = "Containers"
        case created = "Created"
        case id = "Id"
        case labels = "Labels"
        case parentID = "ParentId"
        case repoDigests = "RepoDigests"
        case repoTags = "RepoTags"
        case sharedSize = "SharedSize"
        case size = "Size"
    }
}

/// One row of `GET /images/{name}/history`, newest first.
public struct ImageHistoryItem: Codable, Sendable {
    public var comment: String
    /// Unix seconds.
    public var created: Int64
    public var createdBy: String
    /// `<missing>` where the layer has no image of its own.
    public var id: String
    public var size: Int64
    @Nullable public var tags: [String]?

    public init(
        id: String, created: Int64, createdBy: String, comment: String = "", size: Int64 = 0, tags: [String]? = nil
    ) {
        self.comment = comment
        self.created = created
        self.createdBy = createdBy
        self.id = id
        self.size = size
        self.tags = tags
    }

    enum CodingKeys: String, CodingKey {
        case comment = "Comment"
        case created = "Created"
        case createdBy = "CreatedBy"
        case id = "Id"
        case size = "Size"
        case tags = "Tags"
    }
}

/// One row of the answer to `DELETE /images/{name}`: exactly one of the two is set.
public struct ImageDeleted: Codable, Sendable, Equatable {
    public var untagged: String?
    public var deleted: String?

    public init(untagged: String? = nil, deleted: String? = nil) {
        self.untagged = untagged
        self.deleted = deleted
    }

    enum CodingKeys: String, CodingKey {
        case untagged = "Untagged"
        case deleted = "Deleted"
    }
}
