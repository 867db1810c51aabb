public import ImageModel
public import Primitives

/// A layer as a registry has it.
public struct RemoteBlob: Sendable, Hashable {
    public var diffID: Digest
    public var digest: Digest
    /// Bytes, compressed.
    public var size: Int64
    public var mediaType: String
    /// Where it was seen: `docker.io/library/busybox`. Empty for what this engine packed.
    public var repository: String

    public init(diffID: Digest, digest: Digest, size: Int64, mediaType: String, repository: String) {
        self.diffID = diffID
        self.digest = digest
        self.size = size
        self.mediaType = mediaType
        self.repository = repository
    }

    public var descriptor: OCIDescriptor { OCIDescriptor(mediaType: mediaType, digest: digest, size: size) }
}

extension ImageStore {
    /// Makes an image of what was pulled: its layers are held. In the same transaction it is written down what the registry
    /// had, so that a push sends the same. A `name` with tag moves to the image; `reference` is the one with the digest.
    public func register(
        pulled config: ImageConfig, manifest: FetchedManifest?, blobs: [RemoteBlob], names: [ImageReference]
    ) throws(EngineError) -> Image {
        try register(config, names: names) { table in
            if let manifest { table.note(manifest: manifest, of: config.id) }
            for blob in blobs { table.note(blob: blob) }
        }
    }

    /// Under which digests a layer is known, this engine's own last.
    public func blobs(of diffID: Digest) throws(EngineError) -> [RemoteBlob] {
        do { return try database.blobs(of: diffID) } catch { throw storeError(error) }
    }

    /// The manifests that an image came with.
    public func manifests(of image: Digest) throws(EngineError) -> [FetchedManifest] {
        do { return try database.manifests(of: image) } catch { throw storeError(error) }
    }

    /// Writes down where layers are, and the manifest they are in.
    public func note(
        pushed image: Digest, manifest: FetchedManifest, blobs: [RemoteBlob], name: ImageReference
    ) throws(EngineError) {
        try change { table in
            for blob in blobs { table.note(blob: blob) }
            guard table.images[image] != nil else { return }
            table.note(manifest: manifest, of: image)
            table.put(tag: Self.key(name), image)
        }
    }
}
