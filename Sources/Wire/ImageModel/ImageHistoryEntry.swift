public import OrderedJSON
public import Primitives

/// One step that made an image.
public struct ImageHistoryEntry: Sendable, Hashable {
    public var created: Timestamp?
    public var createdBy: String
    public var author: String
    public var comment: String
    /// The step changed only the config.
    public var isEmptyLayer: Bool

    public init(
        created: Timestamp? = nil, createdBy: String = "", author: String = "", comment: String = "",
        isEmptyLayer: Bool = false
    ) {
        self.created = created
        self.createdBy = createdBy
        self.author = author
        self.comment = comment
        self.isEmptyLayer = isEmptyLayer
    }

    init(json: JSONValue) throws(EngineError) {
        guard case .object = json else { throw EngineError(.badParameter, "invalid image config: bad history") }
        created = json["created"]?.stringValue.flatMap { try? Timestamp(parsing: $0) }
        createdBy = json["created_by"]?.stringValue ?? ""
        author = json["author"]?.stringValue ?? ""
        comment = json["comment"]?.stringValue ?? ""
        isEmptyLayer = json["empty_layer"]?.boolValue ?? false
    }

    /// In the order in which Go writes it.
    public var json: JSONValue {
        var object = JSONObject()
        if let created { object["created"] = .string(created.description) }
        if !createdBy.isEmpty { object["created_by"] = .string(createdBy) }
        if !author.isEmpty { object["author"] = .string(author) }
        if !comment.isEmpty { object["comment"] = .string(comment) }
        if isEmptyLayer { object["empty_layer"] = true }
        return .object(object)
    }
}
