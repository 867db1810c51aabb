/// A context of a build beside the main one, by the name that FROM and `--from` call it.
public struct BuildContextName: Codable, Sendable, Equatable {
    /// As names of images are written.
    public var name: String
    /// `docker-image://REFERENCE`, an archive by its URL, a repository; empty: it comes with the request's body.
    @Zero public var source: String

    public init(name: String, source: String = "") {
        self.name = name
        self.source = source
    }

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case source = "Source"
    }

    /// What the source of an image begins with.
    public static let imagePrefix = "docker-image://"
}

/// The body of a build whose named contexts come with it: the main context unless it is fetched, then the named ones in the
/// order of `contexts`, each as an archive of its own.
///
/// ```
/// body  = *context
/// context = *frame end
/// frame = length (4 bytes, big endian, not 0) and as many bytes
/// end   = 4 bytes of 0
/// ```
public enum ContextFrames {
    public static let headLength = 4

    /// What goes in front of `count` bytes; for 0 what ends a context.
    public static func head(_ count: Int) -> [UInt8] {
        let length = UInt32(clamping: count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    }

    /// The length that a head tells.
    public static func length(_ head: some Sequence<UInt8>) -> Int { head.reduce(0) { $0 << 8 | Int($1) } }
}
