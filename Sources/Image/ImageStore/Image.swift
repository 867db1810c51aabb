public import ImageModel
public import Primitives

/// An image as it was when it was asked for.
public struct Image: Sendable, Hashable {
    /// The digest of the config's bytes.
    public let id: Digest
    public let config: ImageConfig
    /// Names of the stacks of layers, root first.
    public let chainIDs: [Digest]
    /// The driver's ids of the layers, root first.
    public let layers: [String]
    /// Bytes of the regular files in all layers.
    public let size: Int64
    /// The image it was built or committed from, where that is known.
    public let parent: Digest?
    /// Sorted, as people write them: `busybox:latest`.
    public let tags: [String]
    /// Sorted: `busybox@sha256:…`.
    public let digests: [String]
    /// When a name was last given to it.
    public let lastTagged: Timestamp?

    public var created: Timestamp? { config.created }
    public var diffIDs: [Digest] { config.diffIDs }
}

/// One row of an image's history, newest first.
public struct ImageHistoryRow: Sendable, Hashable {
    /// `sha256:…`, or `<missing>` for steps whose image is not here.
    public var id: String
    public var created: Timestamp?
    public var createdBy: String
    public var comment: String
    /// Bytes of the step's layer.
    public var size: Int64
    public var tags: [String]
}

/// What removing an image did, in order.
public enum ImageRemoval: Sendable, Hashable {
    /// The name that is gone.
    case untagged(String)
    /// `sha256:…` of an image or of a stack of layers.
    case deleted(String)
}

/// A container that was made from an image.
public struct ContainerUse: Sendable, Hashable {
    public var id: String
    public var isRunning: Bool

    public init(id: String, isRunning: Bool) {
        self.id = id
        self.isRunning = isRunning
    }
}

/// An image that `load` brought in, once for each of its names.
public struct LoadedImage: Sendable, Hashable {
    public var id: Digest
    /// `busybox:latest`; nil for an image without a name.
    public var reference: String?

    /// Docker's line about it, without the newline.
    public var loadedText: String {
        if let reference { "Loaded image: \(reference)" } else { "Loaded image ID: \(id)" }
    }
}

/// What happens during a load.
public enum LoadProgress: Sendable, Hashable {
    /// A layer was unpacked (or was there already), named by its diff id.
    case layer(Digest)
    /// A name moves away from another image.
    case renaming(name: String, oldID: Digest)

    /// Docker's line about it, without the newline.
    public var text: String {
        switch self {
        case .layer(let diffID): "Loading layer \(diffID.short)"
        case .renaming(let name, let oldID):
            "The image \(name) already exists, renaming the old one with ID \(oldID) to empty string"
        }
    }
}
