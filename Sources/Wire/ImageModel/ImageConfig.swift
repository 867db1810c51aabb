public import OrderedJSON
public import Primitives

/// The JSON document that an image's id is the digest of: "image config" of schema 2 and OCI
/// (image-spec, config.md; docker's image/image.go). The bytes are kept, and are what is hashed and passed on.
public struct ImageConfig: Sendable, Hashable {
    /// As received or made; the image's id is their digest.
    public let bytes: [UInt8]
    /// Everything in the document, also what this type does not know.
    public let json: JSONObject
    /// Root first: digests of the uncompressed layer tars.
    public let diffIDs: [Digest]
    /// Root first. Entries that are not `isEmptyLayer` correspond to the last `diffIDs`; there may be fewer of them.
    public let history: [ImageHistoryEntry]
    public let created: Timestamp?

    /// Larger documents are refused, here and by registries.
    public static let maximumSize = 8 << 20
    /// More layers than a kernel mounts on top of each other are refused (docker: layer/layer.go, maxLayerDepth).
    public static let maximumLayers = 125

    /// Errors are `badParameter`.
    public init(parsing bytes: [UInt8]) throws(EngineError) {
        guard bytes.count <= Self.maximumSize else {
            throw EngineError(.badParameter, "invalid image config: larger than \(Self.maximumSize) bytes")
        }
        let json = try parseObject(bytes, "image config")
        let rootfs = json["rootfs"]
        guard let rootfs, rootfs["type"]?.stringValue == "layers" else {
            throw EngineError(.badParameter, "invalid image JSON, no RootFS key")
        }
        let diffIDs = try Self.digests(rootfs["diff_ids"])
        guard diffIDs.count <= Self.maximumLayers else { throw EngineError(.badParameter, "max depth exceeded") }
        let history = try (json["history"]?.arrayValue ?? []).map(ImageHistoryEntry.init(json:))
        // Fewer is legal: not every tool writes a history.
        guard history.count(where: { !$0.isEmptyLayer }) <= diffIDs.count else {
            throw EngineError(.badParameter, "invalid image config: too many non-empty layers in History section")
        }
        self.bytes = bytes
        self.json = json
        self.diffIDs = diffIDs
        self.history = history
        created = json["created"]?.stringValue.flatMap { try? Timestamp(parsing: $0) }
    }

    private static func digests(_ value: JSONValue?) throws(EngineError) -> [Digest] {
        var result: [Digest] = []
        for element in value?.arrayValue ?? [] {
            guard let digest = element.stringValue.flatMap({ try? Digest(parsing: $0) }), digest.algorithm == "sha256"
            else { throw EngineError(.badParameter, "invalid image config: a diff id is not a sha256 digest") }
            result.append(digest)
        }
        return result
    }

    /// The digest of `bytes`: the image's id.
    public var id: Digest { .sha256(of: bytes) }
    /// Names of the stacks of layers, root first; empty for an image without layers.
    public var chainIDs: [Digest] { ChainID.chain(diffIDs) }
}

// Single fields; nil or the documented default when missing or of another type.
extension ImageConfig {
    /// The run defaults: Docker's `Config` object, as it stands in the document.
    public var config: JSONObject? { json["config"]?.objectValue }
    public var containerConfig: JSONObject? { json["container_config"]?.objectValue }
    public var architecture: String { text("architecture") ?? "" }
    public var variant: String? { text("variant") }
    /// `linux` if the document does not say.
    public var os: String { text("os") ?? "linux" }
    public var osVersion: String? { text("os.version") }
    public var author: String? { text("author") }
    public var comment: String? { text("comment") }
    public var dockerVersion: String? { text("docker_version") }
    /// The container it was committed from.
    public var container: String? { text("container") }
    public var platform: Platform { Platform(os: os, architecture: architecture, variant: variant) }

    /// Labels of the run defaults.
    public var labels: [String: String] {
        var result: [String: String] = [:]
        for (key, value) in config?["Labels"]?.objectValue?.entries ?? [] { result[key] = value.stringValue }
        return result
    }

    private func text(_ key: String) -> String? {
        guard let text = json[key]?.stringValue, !text.isEmpty else { return nil }
        return text
    }
}
