public import OrderedJSON
public import Primitives

/// A new image config, for import, commit and build.
public struct ImageConfigDraft: Sendable {
    public var platform: Platform
    public var created: Timestamp
    public var author = ""
    public var comment = ""
    public var dockerVersion = ""
    /// The container it is made from, if any.
    public var container = ""
    public var containerConfig: JSONValue?
    /// The run defaults: Docker's `Config`.
    public var config: JSONValue?
    public var diffIDs: [Digest] = []
    public var history: [ImageHistoryEntry] = []

    public init(platform: Platform, created: Timestamp) {
        self.platform = platform
        self.created = created
    }

    /// The document, members in byte order as Docker writes them, with Go's escapes.
    public func serialized() -> [UInt8] {
        var object = JSONObject()
        object["architecture"] = .string(platform.architecture)
        if !author.isEmpty { object["author"] = .string(author) }
        if !comment.isEmpty { object["comment"] = .string(comment) }
        object["config"] = config ?? .object([:])
        if !container.isEmpty { object["container"] = .string(container) }
        object["container_config"] = containerConfig
        object["created"] = .string(created.description)
        if !dockerVersion.isEmpty { object["docker_version"] = .string(dockerVersion) }
        object["history"] = .array(history.map(\.json))
        object["os"] = .string(platform.os)
        object["rootfs"] = ["type": "layers", "diff_ids": .array(diffIDs.map { .string($0.description) })]
        if let variant = platform.variant { object["variant"] = .string(variant) }
        return JSONValue.object(object).serialized(.goCompact)
    }
}
