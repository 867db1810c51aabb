public import OrderedJSON
public import Primitives

/// The image JSON of Docker before 1.10: one document a layer, tied together by `parent` (image spec v1).
public struct V1Image: Sendable, Hashable {
    public let bytes: [UInt8]
    public let json: JSONObject
    /// 64 lower-case hexadecimal digits; random in those days, not a hash.
    public let id: String
    public let parent: String?

    /// Ids become paths in many programs, so nothing but 64 hexadecimal digits is accepted (`badParameter`).
    public init(parsing bytes: [UInt8]) throws(EngineError) {
        guard bytes.count <= ImageConfig.maximumSize else {
            throw EngineError(.badParameter, "invalid image json: larger than \(ImageConfig.maximumSize) bytes")
        }
        let json = try parseObject(bytes, "image json")
        let id = json["id"]?.stringValue ?? ""
        guard Digest(sha256Hex: id) != nil else { throw EngineError(.badParameter, "image ID '\(id)' is invalid ") }
        let parent = json["parent"]?.stringValue ?? ""
        guard parent.isEmpty || Digest(sha256Hex: parent) != nil else {
            throw EngineError(.badParameter, "image ID '\(parent)' is invalid ")
        }
        self.bytes = bytes
        self.json = json
        self.id = id
        self.parent = parent.isEmpty ? nil : parent
    }

    /// The step of the history that this document tells of (docker: image/v1/imagev1.go, HistoryFromConfig).
    public func history(isEmptyLayer: Bool) -> ImageHistoryEntry {
        let command = json["container_config"]?["Cmd"]?.arrayValue ?? []
        return ImageHistoryEntry(
            created: json["created"]?.stringValue.flatMap { try? Timestamp(parsing: $0) },
            createdBy: command.compactMap(\.stringValue).joined(separator: " "),
            author: json["author"]?.stringValue ?? "", comment: json["comment"]?.stringValue ?? "",
            isEmptyLayer: isEmptyLayer)
    }

    /// The config of the image that has this document on top (MakeConfigFromV1Config).
    public func imageConfig(
        diffIDs: [Digest], history: [ImageHistoryEntry]
    ) throws(EngineError) -> ImageConfig {
        var object = json
        for key in ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"] { object[key] = nil }
        object["rootfs"] = ["type": "layers", "diff_ids": .array(diffIDs.map { .string($0.description) })]
        object["history"] = .array(history.map(\.json))
        return try ImageConfig(parsing: JSONValue.object(sorted(object)).serialized(.goCompact))
    }
}

/// The documents that stand for a new image when it is written for old engines.
public struct LegacyLayer: Sendable, Hashable {
    public let id: String
    /// `<id>/json`
    public let json: [UInt8]

    /// One a layer, root first. Ids are derived from config and chain, so that saving twice gives the same bytes
    /// (docker: image/v1/imagev1.go, CreateID).
    public static func chain(of config: ImageConfig) -> [LegacyLayer] {
        var result: [LegacyLayer] = []
        for (index, chainID) in config.chainIDs.enumerated() {
            var object = JSONObject()
            if index == config.diffIDs.count - 1 {
                object = config.json
                for key in ["rootfs", "history", "parent"] { object[key] = nil }
            } else {
                object["created"] = "1970-01-01T00:00:00Z"
                object["container_config"] = .object([:])
                object["os"] = .string(config.os)
            }
            result.append(LegacyLayer(object, chainID: chainID, parent: result.last?.id))
        }
        return result
    }

    private init(_ document: JSONObject, chainID: Digest, parent: String?) {
        var hashed = document
        hashed["layer_id"] = .string(chainID.description)
        if let parent { hashed["parent"] = .string("sha256:\(parent)") }
        id = Digest.sha256(of: JSONValue.object(sorted(hashed)).serialized(.goCompact)).hex
        var written = document
        written["id"] = .string(id)
        if let parent { written["parent"] = .string(parent) }
        json = JSONValue.object(sorted(written)).serialized(.goCompact)
    }
}
