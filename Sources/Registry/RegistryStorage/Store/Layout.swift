internal import Primitives

/// Where things are in a storage: distribution 2.x's layout, so that each can serve the other's folder.
///
/// ```
/// docker/registry/v2/blobs/sha256/e3/e3b0…/data
/// docker/registry/v2/repositories/team/app/_layers/sha256/e3b0…/link            "sha256:e3b0…"
///                                         /_manifests/revisions/sha256/…/link
///                                         /_manifests/tags/latest/current/link
///                                         /_manifests/tags/latest/index/sha256/…/link
///                                         /_uploads/UUID/{startedat,data}
/// ```
enum Layout {
    static let root = StoragePath("docker", "registry", "v2")
    static let blobs = root.appending("blobs")
    static let repositories = root.appending("repositories")
    /// A link holds a digest as text, without a line end.
    static let link = "link"
    static let linkLimit = 1024

    static func blob(_ digest: Digest) -> StoragePath {
        blobs.appending(digest.algorithm, String(digest.hex.prefix(2)), digest.hex)
    }
    static func blobData(_ digest: Digest) -> StoragePath { blob(digest).appending("data") }

    static func repository(_ name: RepositoryName) -> StoragePath { repositories.appending(name.description) }

    static func layers(_ name: RepositoryName) -> StoragePath { repository(name).appending("_layers") }
    static func layer(_ name: RepositoryName, _ digest: Digest) -> StoragePath {
        layers(name).appending(digest.algorithm, digest.hex)
    }

    static func revisions(_ name: RepositoryName) -> StoragePath {
        repository(name).appending("_manifests", "revisions")
    }
    static func revision(_ name: RepositoryName, _ digest: Digest) -> StoragePath {
        revisions(name).appending(digest.algorithm, digest.hex)
    }

    static func tags(_ name: RepositoryName) -> StoragePath { repository(name).appending("_manifests", "tags") }
    static func tag(_ name: RepositoryName, _ tag: String) -> StoragePath { tags(name).appending(tag) }
    static func current(_ name: RepositoryName, _ tag: String) -> StoragePath {
        self.tag(name, tag).appending("current", link)
    }
    static func index(_ name: RepositoryName, _ tag: String, _ digest: Digest) -> StoragePath {
        self.tag(name, tag).appending("index", digest.algorithm, digest.hex, link)
    }

    static func uploads(_ name: RepositoryName) -> StoragePath { repository(name).appending("_uploads") }
    static func upload(_ name: RepositoryName, _ id: UploadID) -> StoragePath {
        uploads(name).appending(id.description)
    }
    static func uploadData(_ name: RepositoryName, _ id: UploadID) -> StoragePath { upload(name, id).appending("data") }
    static func uploadStart(_ name: RepositoryName, _ id: UploadID) -> StoragePath {
        upload(name, id).appending("startedat")
    }

    /// The folders of digests that a folder of links has: `sha256/HEX`. Names that are no digests are passed over.
    static func digests(in path: StoragePath, _ driver: any StorageDriver) async throws(EngineError) -> [Digest] {
        var found: [Digest] = []
        for algorithm in try await driver.namesIfAny(in: path) {
            guard StoragePath.isSafe(algorithm), !algorithm.contains("/") else { continue }
            for hex in try await driver.namesIfAny(in: path.appending(algorithm)) {
                if let digest = try? Digest(parsing: "\(algorithm):\(hex)") { found.append(digest) }
            }
        }
        return found
    }
}
