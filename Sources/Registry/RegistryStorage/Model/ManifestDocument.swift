public import OrderedJSON
public import Primitives

/// A manifest as pushed, and what a registry has to know of it. The bytes are kept: digests are of bytes.
public struct ManifestDocument: Sendable, Hashable {
    /// The most that is taken and read, in bytes (OCI distribution-spec 1.1 asks for at least this).
    public static let maximumSize = 4 << 20

    public let bytes: [UInt8]
    public let mediaType: String
    /// Config and layers that a repository has to hold; not those that others serve (`urls`).
    public let blobs: [Digest]
    /// The manifests of an index.
    public let manifests: [Digest]
    public let subject: Digest?
    /// What referrers are asked for by: the document's own, else the config's media type.
    public let artifactType: String?
    public let annotations: JSONObject?

    public var isIndex: Bool { mediaType == ManifestMediaType.index || mediaType == ManifestMediaType.dockerList }

    /// Reads any manifest that is served. `contentType` is what the client calls it, nil when it doesn't say.
    /// Errors: `MANIFEST_INVALID`.
    public init(parsing bytes: [UInt8], contentType: String? = nil) throws(RegistryError) {
        guard bytes.count <= Self.maximumSize else {
            throw RegistryError(.manifestInvalid, "the manifest is larger than \(Self.maximumSize) bytes", status: 413)
        }
        let document: JSONObject
        do {
            guard let object = try JSONValue(parsing: bytes).objectValue else { throw Self.invalid("not an object") }
            document = object
        } catch {
            throw (error as? RegistryError) ?? Self.invalid("\(error)")
        }
        try self.init(document, bytes, contentType)
    }

    private init(_ document: JSONObject, _ bytes: [UInt8], _ contentType: String?) throws(RegistryError) {
        guard document["schemaVersion"]?.integerValue == 2 else {
            throw Self.invalid("only manifests of schema version 2 are supported")
        }
        let stated = try Self.text(document["mediaType"], "mediaType")
        let mediaType = stated ?? Self.guess(document, contentType)
        guard ManifestMediaType.all.contains(mediaType) else {
            throw Self.invalid("media type '\(mediaType)' is unknown")
        }
        if let contentType, contentType != mediaType {
            throw Self.invalid("the manifest's media type is '\(mediaType)', not '\(contentType)'")
        }
        self.bytes = bytes
        self.mediaType = mediaType
        if ManifestMediaType.isIndex(mediaType) {
            guard document["config"] == nil, document["layers"] == nil else {
                throw Self.invalid("an index has neither config nor layers")
            }
            manifests = try Self.list(document["manifests"], "manifests").map(\.digest)
            blobs = []
            artifactType = try Self.text(document["artifactType"], "artifactType")
        } else {
            guard document["manifests"] == nil, let config = document["config"] else {
                throw Self.invalid("an image manifest has a config and no manifests")
            }
            let first = try Descriptor(config, "config")
            let layers = try Self.list(document["layers"], "layers")
            blobs = [first.digest] + layers.filter { !$0.isForeign }.map(\.digest)
            manifests = []
            artifactType = try Self.text(document["artifactType"], "artifactType") ?? first.mediaType
        }
        subject = try document["subject"].flatMap { value throws(RegistryError) in
            value == .null ? nil : try Descriptor(value, "subject").digest
        }
        annotations = document["annotations"]?.objectValue
    }

    /// A document without a media type of its own is OCI's (image-spec, manifest.md).
    private static func guess(_ document: JSONObject, _ contentType: String?) -> String {
        if let contentType, contentType == ManifestMediaType.image || contentType == ManifestMediaType.index {
            return contentType
        }
        return document["manifests"] == nil ? ManifestMediaType.image : ManifestMediaType.index
    }

    private static func list(_ value: JSONValue?, _ name: String) throws(RegistryError) -> [Descriptor] {
        guard let value, value != .null else { return [] }
        guard let elements = value.arrayValue else { throw invalid("'\(name)' is not a list") }
        return try elements.map { element throws(RegistryError) in try Descriptor(element, name) }
    }

    private static func text(_ value: JSONValue?, _ name: String) throws(RegistryError) -> String? {
        guard let value, value != .null else { return nil }
        guard let text = value.stringValue else { throw invalid("'\(name)' is not a text") }
        return text.isEmpty ? nil : text
    }

    static func invalid(_ why: String) -> RegistryError { RegistryError(.manifestInvalid, "manifest invalid: \(why)") }

    /// What is read of a descriptor (OCI image-spec, descriptor.md).
    private struct Descriptor {
        let mediaType: String?
        let digest: Digest
        let isForeign: Bool

        init(_ value: JSONValue, _ name: String) throws(RegistryError) {
            guard let object = value.objectValue, let text = object["digest"]?.stringValue else {
                throw invalid("a descriptor in '\(name)' has no digest")
            }
            guard let size = object["size"]?.integerValue, size >= 0 else {
                throw invalid("a descriptor in '\(name)' has no size")
            }
            do throws(EngineError) { digest = try Digest(parsing: text) } catch {
                throw invalid("a descriptor in '\(name)': \(error.message)")
            }
            mediaType = object["mediaType"]?.stringValue
            let urls = object["urls"]?.arrayValue ?? []
            isForeign = !urls.isEmpty && ManifestMediaType.isForeignLayer(mediaType ?? "")
        }
    }
}

/// Media types of manifests, and of layers that may be elsewhere.
public enum ManifestMediaType {
    public static let image = "application/vnd.oci.image.manifest.v1+json"
    public static let index = "application/vnd.oci.image.index.v1+json"
    public static let dockerImage = "application/vnd.docker.distribution.manifest.v2+json"
    public static let dockerList = "application/vnd.docker.distribution.manifest.list.v2+json"
    static let all: Set<String> = [image, index, dockerImage, dockerList]

    static func isIndex(_ type: String) -> Bool { type == index || type == dockerList }

    static func isForeignLayer(_ type: String) -> Bool {
        type == "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
            || type.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
    }
}
