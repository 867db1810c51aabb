public import Primitives

/// A document that says what an image is, as a registry gave it.
public struct FetchedManifest: Sendable, Hashable {
    public var bytes: [UInt8]
    /// Without parameters; empty when the registry named none.
    public var mediaType: String
    public var digest: Digest

    public init(bytes: [UInt8], mediaType: String, digest: Digest) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.digest = digest
    }

    /// Larger ones are refused (distribution: registry/handlers, maxManifestBodySize).
    public static let maximumSize = 4 << 20
}

/// One repository to pull from. Errors are `RegistryError`, besides what closures throw.
public protocol ImageSource: Sendable {
    /// By tag or digest. Bytes that are named by a digest have it; of a signed manifest they are what was signed, verified.
    func manifest(_ reference: String) async throws -> FetchedManifest
    /// Gives a blob's bytes from `offset` on, waiting for each piece to be taken. Only their number is checked: hashing is
    /// the taker's. It breaks off with `unreachable` when the connection does.
    func blob(_ blob: OCIDescriptor, from offset: Int64, _ take: @Sendable ([UInt8]) async throws -> Void) async throws
    /// The blob's size if the repository has it.
    func size(of blob: Digest) async throws -> Int64?
    /// All tags, sorted.
    func tags() async throws -> [String]
}

/// One repository to push to. Errors are `RegistryError`.
public protocol ImageTarget: Sendable {
    /// The blob's size if the repository has it.
    func size(of blob: Digest) async throws -> Int64?
    /// Begins to upload; nil when the blob is there at once, taken over from the repository `source`.
    func startUpload(mounting blob: Digest?, from source: String?) async throws -> (any BlobUpload)?
    /// Errors: what the registry says to a manifest that it does not take.
    func put(manifest: FetchedManifest, as tag: String) async throws
}

/// A blob on its way to a registry.
public protocol BlobUpload: Sendable {
    /// Sends the next bytes; tries again, from where the registry is, when a connection breaks.
    func append(_ bytes: [UInt8]) async throws
    /// Nothing more comes: the registry keeps what it has under this name.
    func commit(_ digest: Digest) async throws
    func cancel() async
}
