public import Primitives
internal import Synchronization

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

/// The bytes of a blob, piece by piece; nil at their end.
public typealias BlobPieces = @Sendable () async throws -> [UInt8]?

/// A blob on its way to a registry.
public protocol BlobUpload: Sendable {
    /// Sends a whole blob in one request, whatever its length. `pieces` gives its bytes from an offset on, the same each time:
    /// when a connection breaks it is asked again, from where the registry is. Errors: those of `pieces` too.
    func send(_ pieces: @Sendable (_ offset: Int64) async throws -> BlobPieces) async throws
    /// Nothing more comes: the registry keeps what it has under this name.
    func commit(_ digest: Digest) async throws
    func cancel() async
}

extension BlobUpload {
    /// The same for what is small.
    public func send(_ bytes: [UInt8]) async throws {
        try await send { offset in
            let rest = BlobRest(bytes.dropFirst(Int(offset)))
            return { rest.take() }
        }
    }
}

/// Bytes that are given at once.
private final class BlobRest: Sendable {
    private let bytes: Mutex<[UInt8]?>

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Mutex(Array(bytes)) }

    func take() -> [UInt8]? {
        bytes.withLock { bytes in
            defer { bytes = nil }
            return bytes
        }
    }
}
