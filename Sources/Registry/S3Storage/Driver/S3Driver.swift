internal import NIOCore
internal import NIOHTTP1
public import Primitives
public import RegistryStorage

/// A bucket of S3, or of a service that speaks like it. Keys are the paths, so that distribution's server can serve the
/// same bucket.
///
/// An object comes into being as a whole, so there is nothing half there. What isn't finished is an upload in parts that S3
/// keeps, and beside it an object with what is too short for a part (`UnfinishedObject`). Locks are objects too (`S3Hold`).
public struct S3Driver: StorageDriver {
    public let name = "s3"
    public let showsUnfinished = false
    let client: S3Client
    let settings: S3Settings
    private let prefix: String

    /// Asks nothing yet. Errors: `badParameter` for an endpoint that is no address.
    public init(_ settings: S3Settings) throws(EngineError) {
        self.settings = settings
        client = try S3Client(settings)
        let parts = settings.root.split(separator: "/")
        prefix = parts.map { $0 + "/" }.joined()
    }

    public func shutDown() async { await client.shutDown() }

    func key(_ path: StoragePath) -> String { prefix + path.description }

    // MARK: Reading

    public func content(_ path: StoragePath, limit: Int) async throws(EngineError) -> [UInt8] {
        try await storing(path) { try await client.content(S3Request(.GET, key(path)), limit: limit) }
    }

    /// A folder is as old as the first that is in it.
    public func entry(_ path: StoragePath) async throws(EngineError) -> StorageEntry {
        let found = try await storing(path) { () -> StorageEntry? in
            var refusal: S3Failure?
            do {
                let object = try await client.object(key(path))
                return StorageEntry(isFolder: false, size: object.size, modified: object.modified)
            } catch let failure as S3Failure where [403, 404].contains(failure.status) {
                refusal = failure.status == 403 ? failure : nil
            }
            // Says why, too, when nothing may be asked.
            let first = try await client.page(prefix: key(path) + "/", mostKeys: 1).objects.first
            if first == nil, let refusal { throw refusal }
            return first.map { StorageEntry(isFolder: true, size: 0, modified: $0.modified) }
        }
        guard let found else { throw Self.missing(path) }
        return found
    }

    public func unfinished(_ path: StoragePath) async throws(EngineError) -> StorageEntry {
        let found = try await storing(path) { try await UnfinishedObject.find(key(path), client) }
        guard found.exists else { throw Self.missing(path) }
        return StorageEntry(isFolder: false, size: found.size, modified: found.modified)
    }

    public func names(in path: StoragePath) async throws(EngineError) -> [String] {
        let folder = key(path) + "/"
        let names = try await storing(path) {
            var names: Set<String> = []
            try await client.pages(prefix: folder, delimiter: "/") { page in
                for key in page.objects.map(\.key) + page.prefixes.map({ String($0.dropLast()) }) {
                    names.insert(String(key.dropFirst(folder.count)))
                }
            }
            // The folder itself, as some tools make it.
            names.remove("")
            return names
        }
        guard !names.isEmpty else { throw Self.missing(path) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    public func open(_ path: StoragePath) async throws(EngineError) -> any StoredContent {
        try await storing(path) {
            S3Content(client: client, key: key(path), object: try await client.object(key(path)))
        }
    }

    // MARK: Writing

    public func put(_ bytes: [UInt8], at path: StoragePath) async throws(EngineError) {
        try await storing(path) { try await client.put(ByteBuffer(bytes: bytes), key(path), settings.objectHeaders) }
    }

    public func writer(_ path: StoragePath) async throws(EngineError) -> any StorageWriter {
        try await storing(path) { try await S3Writer.open(key(path), self) }
    }

    /// The source goes when its copy is there; after a crash in between both are.
    public func move(_ path: StoragePath, to target: StoragePath) async throws(EngineError) {
        try await storing(path) {
            let object = try await client.object(key(path))
            try await copy(key(path), size: object.size, to: key(target))
            try await client.remove([key(path)])
        }
    }

    public func remove(_ path: StoragePath) async throws(EngineError) {
        let key = key(path)
        let isRemoved = try await storing(path) {
            let hadUpload = try await abortUploads(of: key)
            var hadFiles = false
            try await client.pages(prefix: key + "/") { page in
                guard !page.objects.isEmpty else { return }
                hadFiles = true
                try await client.remove(page.objects.map(\.key))
            }
            // What has something below it is no file itself.
            if hadFiles { return true }
            guard try await client.objectIfAny(key) != nil else { return hadUpload }
            try await client.remove([key])
            return true
        }
        if !isRemoved { throw Self.missing(path) }
    }

    /// Those of a file, or of all files below a folder; whether there were any.
    private func abortUploads(of key: String) async throws -> Bool {
        let uploads = try await client.uploads(prefix: key).filter { $0.key == key || $0.key.hasPrefix(key + "/") }
        for upload in uploads { try await client.abort(upload) }
        return !uploads.isEmpty
    }

    private static func missing(_ path: StoragePath) -> EngineError { EngineError(.notFound, "\(path): not found") }

    // MARK: Other processes

    public func hold(exclusive: Bool) async throws(EngineError) -> (any StorageHold)? {
        try await storing(S3Hold.folder) {
            try await S3Hold.take(
                below: prefix + S3Hold.folder, exclusive: exclusive, client, settings.objectHeaders)
        }
    }

    // Who serves a bucket nobody knows: a collection leaves alone what is young.
    public func announceServing() async throws(EngineError) -> (any StorageHold)? { nil }
    public func holdUnserved() async throws(EngineError) -> (any StorageHold)? { nil }
}
