/// Names by which a layer removes what is below it (OCI image-spec, "Whiteouts"; aufs).
public enum Whiteout: Sendable, Hashable {
    /// `.wh.name`: `name` is gone, with everything below it.
    case removal(of: [UInt8])
    /// `.wh..wh..opq`: nothing of the lower directory shows.
    case opaque
    /// `.wh..wh.…`: bookkeeping of aufs, not part of the tree.
    case metadata

    public static let prefix = Array(".wh.".utf8)
    public static let metadataPrefix = Array(".wh..wh.".utf8)
    public static let opaqueName = Array(".wh..wh..opq".utf8)
    /// The folder in which aufs kept the sources of hard links.
    public static let linkFolder = Array(".wh..wh.plnk".utf8)

    /// What the last component of a name stands for; nil for an ordinary name.
    public init?(name: some Collection<UInt8>) {
        guard name.starts(with: Self.prefix) else { return nil }
        if name.elementsEqual(Self.opaqueName) {
            self = .opaque
        } else if name.starts(with: Self.metadataPrefix) {
            self = .metadata
        } else {
            self = .removal(of: Array(name.dropFirst(Self.prefix.count)))
        }
    }
}
