internal import Primitives

/// A registry's contents: blobs, uploads, manifests and tags by repository, over any driver.
///
/// Its calls may block the thread they run on, as the driver's do.
public final class RegistryStore: Sendable {
    public let driver: any StorageDriver
    let sessions = UploadSessions()
    let manifests: ManifestCache?
    let subjects = SubjectCache()

    /// `cachesManifests` keeps what was served lately in memory; names are looked up in the storage each time.
    public init(driver: any StorageDriver, cachesManifests: Bool = true) {
        self.driver = driver
        manifests = cachesManifests ? ManifestCache() : nil
    }

    /// Asks the storage for something; one that is empty is well. Errors: what it says.
    public func checkStorage() async throws(RegistryError) {
        try await storing { () async throws(EngineError) in _ = try await driver.exists(Layout.root) }
    }

    // MARK: Links

    /// What a link says. Nil when it isn't there, or is empty, as a crash of another registry may leave it.
    func link(_ path: StoragePath) async throws(EngineError) -> Digest? {
        do {
            let text = String(decoding: try await driver.content(path, limit: Layout.linkLimit), as: UTF8.self)
            return text.isEmpty ? nil : try Digest(parsing: text)
        } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    func putLink(_ digest: Digest, at path: StoragePath) async throws(EngineError) {
        try await driver.put(Array(digest.description.utf8), at: path)
    }

    /// Whether a folder of links has this one.
    func isLinked(_ folder: StoragePath) async throws(EngineError) -> Bool {
        try await driver.exists(folder.appending(Layout.link))
    }
}

/// Runs what talks to a driver; its errors become a registry's.
func storing<Result>(
    missing: RegistryError.Code = .unknown, _ body: () async throws(EngineError) -> Result
) async throws(RegistryError) -> Result {
    do { return try await body() } catch { throw RegistryError(error, missing: missing) }
}
