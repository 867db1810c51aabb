public import Primitives

/// What unpacking a layer found out.
public struct LayerApplied: Sendable, Hashable {
    /// SHA-256 of the uncompressed tar: the layer's diff id.
    public var diffID: Digest
    /// Bytes of the regular files in the layer: Docker's layer size.
    public var size: Int64
    /// Bytes of the uncompressed tar.
    public var tarSize: Int64
    /// Entries of the tar.
    public var entries: Int

    /// The recipe, if one was asked for, gives the archive again. False for an archive that overwrites or removes its
    /// own files: their contents are gone.
    public var isRepeatable: Bool

    public init(diffID: Digest, size: Int64, tarSize: Int64, entries: Int, isRepeatable: Bool = true) {
        self.diffID = diffID
        self.size = size
        self.tarSize = tarSize
        self.entries = entries
        self.isRepeatable = isRepeatable
    }
}
