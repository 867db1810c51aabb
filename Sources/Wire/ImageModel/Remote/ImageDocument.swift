internal import OrderedJSON
public import Primitives

/// What a fetched manifest is.
public enum ImageDocument: Sendable {
    case image(OCIManifest)
    case index(OCIIndex)
    case schema1(Schema1Manifest)

    /// Reads a manifest of any age. What kind it is has to be the same by its media type and by what is in it, so that
    /// nobody reads one document in two ways (CVE-2021-41190). Errors: `badParameter`.
    public init(_ fetched: FetchedManifest) throws(EngineError) {
        let json = try parseObject(fetched.bytes, "manifest")
        if json["schemaVersion"]?.integerValue == 1 {
            self = .schema1(try Schema1Manifest(parsing: fetched.bytes))
            return
        }
        let isImage = json["config"] != nil || json["layers"] != nil
        let isIndex = json["manifests"] != nil
        guard isImage != isIndex, json["fsLayers"] == nil else {
            throw EngineError(.badParameter, "invalid manifest: it is neither an image nor an index, or both")
        }
        let declared = [fetched.mediaType, json["mediaType"]?.stringValue ?? ""]
        for type in declared where OCIMediaType.isIndex(type) && isImage || OCIMediaType.isImage(type) && isIndex {
            throw EngineError(.badParameter, "invalid manifest: it is not what its media type \(type) says")
        }
        self = isIndex ? .index(try OCIIndex(parsing: fetched.bytes)) : .image(try OCIManifest(parsing: fetched.bytes))
    }
}

extension OCIMediaType {
    public static let schema1 = "application/vnd.docker.distribution.manifest.v1+json"
    public static let schema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws"
    public static let dockerLayerPlain = "application/vnd.docker.image.rootfs.diff.tar"
    public static let dockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    /// There are kinds without gzip too.
    public static let foreignLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"

    /// What to accept of a registry, the best first.
    public static let manifests = [
        dockerManifest, dockerManifestList, manifest, index, schema1Signed, schema1,
    ]

    static func isIndex(_ type: String) -> Bool { type == index || type == dockerManifestList }
    static func isImage(_ type: String) -> Bool { type == manifest || type == dockerManifest }

    /// Whether a blob of this type is kept elsewhere than in the registry, by its licence say.
    public static func isForeign(_ type: String) -> Bool {
        type == dockerForeignLayer || type.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
    }

    /// Whether a blob of this type is a file tree.
    public static func isLayer(_ type: String) -> Bool {
        type.hasPrefix("application/vnd.oci.image.layer.") || type.hasPrefix("application/vnd.docker.image.rootfs.")
    }
}
