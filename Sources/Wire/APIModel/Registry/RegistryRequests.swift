internal import OrderedJSON
public import Primitives

/// `POST /images/{name}/push`.
public struct ImagePush: Sendable {
    public var name: String
    /// Empty with no tag in the name pushes every tag.
    public var tag: String
    /// Of the manifest; nil is the one that the image came with, else schema 2 where that can be.
    public var format: ManifestFormat?
    public var authorization: RegistryAuthorization?

    public init(
        name: String, tag: String = "", format: ManifestFormat? = nil, authorization: RegistryAuthorization? = nil
    ) {
        self.name = name
        self.tag = tag
        self.format = format
        self.authorization = authorization
    }
}

/// The two families of media types that an image's documents may have.
public enum ManifestFormat: String, Sendable, Hashable, CaseIterable {
    /// Image manifest version 2, schema 2.
    case docker
    /// image-spec 1.1.
    case oci

    /// Nil for an empty text. Errors: `badParameter`.
    public static func named(_ text: String) throws(EngineError) -> ManifestFormat? {
        if text.isEmpty { return nil }
        guard let format = ManifestFormat(rawValue: text) else {
            throw EngineError(.badParameter, "invalid format of a manifest: \"\(text)\" is neither docker nor oci")
        }
        return format
    }
}

/// The answer to `POST /auth`.
public struct RegistryLogin: Codable, Sendable, Hashable {
    public var status: String
    public var identityToken: String

    public init(status: String, identityToken: String) {
        self.status = status
        self.identityToken = identityToken
    }

    enum CodingKeys: String, CodingKey {
        case status = "Status"
        case identityToken = "IdentityToken"
    }
}

/// The answer to `GET /distribution/{name}/json`: what a name stands for in its registry.
public struct DistributionInspect: Codable, Sendable, Hashable {
    public struct Descriptor: Codable, Sendable, Hashable {
        public var mediaType: String
        public var digest: Digest
        public var size: Int64

        public init(mediaType: String, digest: Digest, size: Int64) {
            self.mediaType = mediaType
            self.digest = digest
            self.size = size
        }
    }

    public struct Target: Codable, Sendable, Hashable {
        public var architecture: String
        public var os: String
        public var variant: String?

        public init(architecture: String, os: String, variant: String? = nil) {
            self.architecture = architecture
            self.os = os
            self.variant = variant
        }
    }

    public var descriptor: Descriptor
    public var platforms: [Target]

    public init(descriptor: Descriptor, platforms: [Target]) {
        self.descriptor = descriptor
        self.platforms = platforms
    }

    enum CodingKeys: String, CodingKey {
        case descriptor = "Descriptor"
        case platforms = "Platforms"
    }
}
