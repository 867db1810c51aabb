public import Primitives

/// What a build has made that its client fetches by `GET /build/result`. It is there until the client ends the build's
/// request, whose answer stays open so long.
public struct BuildResult: Codable, Sendable, Equatable {
    /// `sha256:…` of the image.
    public var id: String
    /// Of the manifest that is in the archives.
    public var descriptor: Descriptor

    public struct Descriptor: Codable, Sendable, Equatable {
        public var mediaType: String
        public var digest: String
        /// Bytes.
        public var size: Int64

        public init(mediaType: String, digest: String, size: Int64) {
            self.mediaType = mediaType
            self.digest = digest
            self.size = size
        }
    }

    public init(id: String, descriptor: Descriptor) {
        self.id = id
        self.descriptor = descriptor
    }

    enum CodingKeys: String, CodingKey {
        case id = "ID"
        case descriptor = "Descriptor"
    }

    /// The id of the message whose `aux` this is.
    public static let messageID = "martlet.build.result"
}

/// `GET /build/result`: the form in which a result is fetched.
public struct BuildResultRequest: Sendable {
    public enum Form: String, Sendable, CaseIterable {
        /// A tar of all its files.
        case tar
        /// An archive that is an OCI image layout.
        case oci
        /// The archive of `docker save`.
        case docker
    }

    /// `sha256:…`
    public var id: String
    public var form: Form
    /// That the image has in the archive.
    public var names: [ImageReference]

    public init(id: String, form: Form, names: [ImageReference] = []) {
        self.id = id
        self.form = form
        self.names = names
    }
}
