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

/// How to unpack.
public struct UnpackOptions: Sendable {
    public var mode: UnpackMode
    public var limits = TarLimits()
    /// Leave owners as the process makes them (`docker cp` without `-a`).
    public var keepsOwner = true

    public init(mode: UnpackMode = .plain) { self.mode = mode }
}
