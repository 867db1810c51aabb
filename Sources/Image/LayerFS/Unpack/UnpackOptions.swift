public import LinuxSystem
public import TarCodec

/// What the names `.wh.*` mean while unpacking.
public enum UnpackMode: Sendable, Hashable {
    /// Nothing: `docker import`, `docker cp`, `ADD`.
    case plain
    /// A layer, into an overlay's upper directory: a removal becomes a character device 0/0, an opaque directory gets
    /// the attribute `trusted.overlay.opaque`.
    case overlayLayer
    /// A layer, onto a full copy of what is below: removals remove.
    case copyLayer

    var isLayer: Bool { self != .plain }
}

/// Who a file belongs to.
public struct FileOwner: Sendable, Hashable {
    public var uid: UInt32
    public var gid: UInt32

    public init(uid: UInt32, gid: UInt32) {
        self.uid = uid
        self.gid = gid
    }
}

/// How to unpack.
public struct UnpackOptions: Sendable {
    public var mode: UnpackMode
    public var limits = TarLimits()
    /// Leave owners as the process makes them (`docker cp` without `-a`).
    public var keepsOwner = true
    /// In place of all owners in the archive.
    public var owner: FileOwner?
    /// Names in the archive are below this directory of the root, and none leads out of it. The directory itself stays as
    /// it is. Links on the way, those of the tree too, stay inside the root.
    public var base: RawPath = ""
    /// A directory takes the place of nothing else, and nothing else a directory's: `badParameter`.
    public var keepsKinds = false
    /// A file gets its name when all of it is there.
    public var hidesUnfinished = false
    /// Gets the digest of every file.
    public var contents: ContentDigests?
    /// For what finds the disk full.
    public var room = DiskRoom()

    public init(mode: UnpackMode = .plain) { self.mode = mode }
}
