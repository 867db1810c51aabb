/// What people call an image: `busybox`, `host:5000/team/app:1.2`, `busybox@sha256:…`.
///
/// The grammar is that of Docker's reference library; names without a registry belong to Docker Hub.
public struct ImageReference: Sendable, Hashable {
    /// The registry, `docker.io` unless the name says another: `host:5000`.
    public let domain: String
    /// The name within the registry: `library/busybox`, `team/app`.
    public let path: String
    public let tag: String?
    public let digest: Digest?

    public static let defaultDomain = "docker.io"
    public static let defaultTag = "latest"
    private static let officialPrefix = "library/"

    /// Parses a reference. Errors are `badParameter` with Docker's wording.
    public init(parsing text: String) throws(EngineError) {
        var name = text[...]
        var digest: Digest?
        if let at = name.firstIndex(of: "@") {
            digest = try Self.parseDigest(name[name.index(after: at)...])
            name = name[..<at]
        }
        var tag: String?
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") {
            tag = String(name[name.index(after: colon)...])
            name = name[..<colon]
        }
        try self.init(name: String(name), tag: tag, digest: digest)
    }

    /// A repository name with a tag or digest that came separately, as in `?repo=busybox&tag=1.0`.
    public init(name: String, tag: String?, digest: Digest? = nil) throws(EngineError) {
        if Digest(sha256Hex: name) != nil {
            throw EngineError(
                .badParameter,
                "invalid repository name (\(name)), cannot specify 64-byte hexadecimal strings")
        }
        if let tag, !ReferenceGrammar.isTag(tag) { throw Self.invalidFormat }
        let (domain, path) = Self.split(name)
        if ReferenceGrammar.isPath(path.lowercased()), path != path.lowercased() {
            throw EngineError(
                .badParameter, "invalid reference format: repository name (\(path)) must be lowercase")
        }
        guard ReferenceGrammar.isDomain(domain), ReferenceGrammar.isPath(path) else { throw Self.invalidFormat }
        guard domain.utf8.count + 1 + path.utf8.count <= 255 else {
            throw EngineError(.badParameter, "repository name must not be more than 255 characters")
        }
        self.init(domain: domain, path: path, tag: tag, digest: digest)
    }

    private init(domain: String, path: String, tag: String?, digest: Digest?) {
        self.domain = domain
        self.path = path
        self.tag = tag
        self.digest = digest
    }

    /// The same, unless it is the base that is none, which no image may be called: `scratch`, with any tag.
    /// Errors: `badParameter` in Docker's words (docker 1.6.2 graph/tags.go, validateRepoName).
    public func refusingReserved() throws(EngineError) -> ImageReference {
        guard repository != "scratch" else { throw EngineError(.badParameter, "'scratch' is a reserved name") }
        return self
    }

    private static let invalidFormat = EngineError(.badParameter, "invalid reference format")

    private static func parseDigest(_ text: Substring) throws(EngineError) -> Digest {
        do { return try Digest(parsing: String(text)) } catch {
            throw error.message.hasPrefix("invalid checksum digest format") ? invalidFormat : error
        }
    }

    /// The first part is a registry if it cannot be a user on Docker Hub.
    private static func split(_ name: String) -> (domain: String, path: String) {
        var domain = defaultDomain
        var path = name
        if let slash = name.firstIndex(of: "/") {
            let first = name[..<slash]
            if first.contains(".") || first.contains(":") || first == "localhost" || first.lowercased() != first {
                domain = first == "index.docker.io" ? defaultDomain : String(first)
                path = String(name[name.index(after: slash)...])
            }
        }
        if domain == defaultDomain, !path.contains("/") { path = officialPrefix + path }
        return (domain, path)
    }
}

// The ways to write it.
extension ImageReference: CustomStringConvertible {
    /// The repository as people write it: `busybox`, `user/app`, `host:5000/a/b`.
    public var repository: String {
        guard domain == Self.defaultDomain else { return "\(domain)/\(path)" }
        let isOfficial = path.hasPrefix(Self.officialPrefix) && path.utf8.filter { $0 == UInt8(ascii: "/") }.count == 1
        return isOfficial ? String(path.dropFirst(Self.officialPrefix.count)) : path
    }

    /// The repository in full: `docker.io/library/busybox`.
    public var canonicalRepository: String { "\(domain)/\(path)" }

    /// `busybox:1.0`, `busybox@sha256:…`; as short as it may be without losing tag or digest.
    public var familiar: String { repository + suffix }
    /// `docker.io/library/busybox:1.0`
    public var canonical: String { canonicalRepository + suffix }
    public var description: String { familiar }

    private var suffix: String { (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }

    /// The same with tag `latest` if there was neither tag nor digest.
    public var withDefaultTag: ImageReference {
        tag == nil && digest == nil ? with(tag: Self.defaultTag) : self
    }

    /// The same repository under another tag, without digest. The tag has to be valid (see `isTag`).
    public func with(tag: String) -> ImageReference {
        ImageReference(domain: domain, path: path, tag: tag, digest: nil)
    }

    public func with(digest: Digest) -> ImageReference {
        ImageReference(domain: domain, path: path, tag: nil, digest: digest)
    }

    /// Only the repository.
    public var withoutTag: ImageReference { ImageReference(domain: domain, path: path, tag: nil, digest: nil) }

    /// Whether a text can be a tag: `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
    public static func isTag(_ text: String) -> Bool { ReferenceGrammar.isTag(text) }

    /// Whether a text can be a repository within a registry: lower-case components separated by `/`.
    public static func isRepositoryPath(_ text: String) -> Bool { ReferenceGrammar.isPath(text) }

    /// Docker 1.6's text for a tag that cannot be one.
    public static func illegalTagMessage(_ tag: String) -> String {
        "Illegal tag name (\(tag)): only [A-Za-z0-9_.-] are allowed, minimum 1, maximum 128 in length"
    }
}
