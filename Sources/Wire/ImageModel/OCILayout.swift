internal import OrderedJSON
public import Primitives

/// A pointer to a blob (OCI image-spec, descriptor.md).
public struct OCIDescriptor: Codable, Sendable, Hashable {
    public var mediaType: String?
    public var digest: Digest
    public var size: Int64
    public var annotations: [String: String]?
    public var platform: OCIPlatform?
    /// Where a foreign layer is, besides the registry.
    public var urls: [String]?

    public init(
        mediaType: String?, digest: Digest, size: Int64, annotations: [String: String]? = nil,
        platform: OCIPlatform? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.platform = platform
    }

    /// Whether it points to a list of manifests.
    public var isIndex: Bool {
        mediaType == OCIMediaType.index || mediaType == OCIMediaType.dockerManifestList
    }
}

public struct OCIPlatform: Codable, Sendable, Hashable {
    public var architecture: String?
    public var os: String?
    public var variant: String?

    public init(_ platform: Platform) {
        architecture = platform.architecture
        os = platform.os
        variant = platform.variant
    }

    /// Whether what it describes runs on `platform`.
    public func matches(_ platform: Platform) -> Bool {
        os == platform.os && architecture == platform.architecture
            && (platform.variant == nil || variant == nil || variant == platform.variant)
    }
}

public enum OCIMediaType {
    public static let index = "application/vnd.oci.image.index.v1+json"
    public static let manifest = "application/vnd.oci.image.manifest.v1+json"
    public static let config = "application/vnd.oci.image.config.v1+json"
    public static let layer = "application/vnd.oci.image.layer.v1.tar"
    public static let layerGzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    public static let layerZstd = "application/vnd.oci.image.layer.v1.tar+zstd"
    public static let dockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json"
    public static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    public static let dockerConfig = "application/vnd.docker.container.image.v1+json"
    public static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip"
}

/// `index.json`, an image index or a Docker manifest list.
public struct OCIIndex: Codable, Sendable, Hashable {
    public var schemaVersion = 2
    public var mediaType: String?
    public var manifests: [OCIDescriptor]

    public init(manifests: [OCIDescriptor]) {
        mediaType = OCIMediaType.index
        self.manifests = manifests
    }

    public init(parsing bytes: [UInt8]) throws(EngineError) {
        self = try decode(OCIIndex.self, bytes, "image index")
    }

    /// The annotation with the tag or the whole name.
    public static let refName = "org.opencontainers.image.ref.name"
    /// The annotation in which containerd and Docker keep the whole name.
    public static let containerdName = "io.containerd.image.name"
}

/// An image manifest of OCI or Docker's schema 2. The bytes are kept.
public struct OCIManifest: Sendable, Hashable {
    public let bytes: [UInt8]
    public let config: OCIDescriptor
    /// Root first.
    public let layers: [OCIDescriptor]

    private struct Document: Codable {
        var schemaVersion: Int
        var mediaType: String?
        var config: OCIDescriptor
        var layers: [OCIDescriptor]
    }

    public init(parsing bytes: [UInt8]) throws(EngineError) {
        let document = try decode(Document.self, bytes, "image manifest")
        guard document.schemaVersion == 2 else {
            throw EngineError(.badParameter, "unsupported manifest schema version \(document.schemaVersion)")
        }
        self.bytes = bytes
        config = document.config
        layers = document.layers
    }

    /// A new manifest: OCI's, or schema 2 if that is the media type.
    public init(
        config: OCIDescriptor, layers: [OCIDescriptor], mediaType: String = OCIMediaType.manifest
    ) throws {
        let document = Document(schemaVersion: 2, mediaType: mediaType, config: config, layers: layers)
        bytes = try OrderedJSONEncoder(style: .goCompact).encode(document)
        self.config = config
        self.layers = layers
    }

    public var digest: Digest { .sha256(of: bytes) }
}

/// File names of an OCI image layout (image-spec, image-layout.md).
public enum OCILayout {
    public static let markerName = "oci-layout"
    public static let indexName = "index.json"
    public static let marker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)

    public static func blobPath(_ digest: Digest) -> String { "blobs/\(digest.algorithm)/\(digest.hex)" }
}
