internal import OrderedJSON
public import Primitives

/// `POST /images/{name}/push`.
public struct ImagePush: Sendable {
    public var name: String
    /// Empty with no tag in the name pushes every tag.
    public var tag: String
    public var authorization: RegistryAuthorization?

    public init(name: String, tag: String = "", authorization: RegistryAuthorization? = nil) {
        self.name = name
        self.tag = tag
        self.authorization = authorization
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
