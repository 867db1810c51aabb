internal import Primitives
internal import RegistryStorage

/// What a path of the API stands for (OCI distribution-spec 1.1, "Endpoints").
///
/// Read from its end: a repository may be called `manifests` or `blobs/uploads`.
enum RegistryRoute: Hashable {
    case base
    case catalog
    case tags(RepositoryName)
    case manifest(RepositoryName, ManifestReference)
    case blob(RepositoryName, Digest)
    case uploads(RepositoryName)
    case upload(RepositoryName, UploadID)
    case referrers(RepositoryName, Digest)

    /// Nil for a path that isn't in the API. `path` begins with `/v2/`. Errors: `NAME_INVALID` and its like for parts that
    /// can't be.
    init?(_ path: String) throws(RegistryError) {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        guard parts.count >= 3, parts[0].isEmpty, parts[1] == "v2" else { return nil }
        let rest = parts[2...]
        if rest.elementsEqual([""]) {
            self = .base
        } else if rest.elementsEqual(["_catalog"]) {
            self = .catalog
        } else if let route = try Self.route(Array(rest)) {
            self = route
        } else {
            return nil
        }
    }

    private static func route(_ parts: [String]) throws(RegistryError) -> RegistryRoute? {
        guard parts.count >= 3, let last = parts.last else { return nil }
        func name(_ suffix: Int) throws(RegistryError) -> RepositoryName {
            try RepositoryName(parsing: parts.dropLast(suffix).joined(separator: "/"))
        }
        switch (parts[parts.count - 2], last) {
        case ("tags", "list"): return .tags(try name(2))
        case ("manifests", let text): return .manifest(try name(2), try ManifestReference(parsing: text))
        case ("referrers", let text): return .referrers(try name(2), try Digest(registry: text))
        case ("blobs", "uploads"): return .uploads(try name(2))
        case ("blobs", let text): return .blob(try name(2), try Digest(registry: text))
        case ("uploads", let text) where parts.count >= 4 && parts[parts.count - 3] == "blobs":
            let name = try name(3)
            if text.isEmpty { return .uploads(name) }
            guard let id = UploadID(text) else { throw RegistryError(.blobUploadInvalid, status: 404) }
            return .upload(name, id)
        default: return nil
        }
    }

    var repository: RepositoryName? {
        switch self {
        case .base, .catalog: nil
        case .tags(let name), .manifest(let name, _), .blob(let name, _), .uploads(let name), .upload(let name, _),
            .referrers(let name, _):
            name
        }
    }

    /// For logs and metrics: a closed set.
    var kind: String {
        switch self {
        case .base: "base"
        case .catalog: "catalog"
        case .tags: "tags"
        case .manifest: "manifest"
        case .blob: "blob"
        case .uploads: "blob_upload"
        case .upload: "blob_upload_chunk"
        case .referrers: "referrers"
        }
    }

    var methods: [String] {
        switch self {
        case .base, .catalog, .tags, .referrers: ["GET", "HEAD"]
        case .manifest: ["GET", "HEAD", "PUT", "DELETE"]
        case .blob: ["GET", "HEAD", "DELETE"]
        case .uploads: ["POST"]
        case .upload: ["GET", "HEAD", "PATCH", "PUT", "DELETE"]
        }
    }
}
