public import LayerFS
public import Primitives

/// What becomes of a container's layer when an image's layer is made of it.
public enum CaptureMode: Sendable, Hashable {
    /// It goes on as it is; nobody writes to it meanwhile.
    case keeping
    /// Its files are moved, not copied: afterwards, whether that succeeds or not, it can only be removed. It isn't in use.
    case consuming
}

/// Keeps the file trees of image layers and containers, each named by an id (letters, digits, `.`, `_`, `-`).
///
/// A layer is whole or not there: what a crash leaves half-made is removed when the driver is opened. Calls block and
/// may run on several threads for different ids; two calls that change one id are the caller's to order.
/// Errors are `EngineError` (`notFound` for an unknown id, `conflict` for an id in use) or `SystemError`.
public protocol GraphDriver: Sendable {
    /// `overlay`, `btrfs`, `vfs`: what `docker info` and `-s` call it.
    var name: String { get }
    /// Makes an empty read-only layer on top of `parent`. It takes part in `mounts` of its children.
    func create(id: String, parent: String?) throws
    /// Makes the writable layer of a container. `options` are those of `docker create --storage-opt`; errors: `badParameter`
    /// for what the driver does not know or cannot do here.
    func createWritable(id: String, parent: String?, options: [String: String]) throws
    /// Returns when a loss of power leaves the layer of a container as it was made. What is written to it afterwards is the
    /// writer's to sync.
    func sync(id: String) throws
    /// Takes the layer away, and its own files by and by, after the answer. Its children become unusable: the caller sees
    /// to the order. Unknown ids are fine.
    func remove(id: String) throws
    /// Waits until the files of removed layers are gone, for whoever needs their room. False when there were none.
    @discardableResult func emptyTrash() -> Bool
    /// `giveUp` makes room, for a layer that is unpacked while the disk is full, when removed layers were not enough. Called
    /// once, before there are any.
    func whenFull(_ giveUp: @escaping @Sendable () -> Void)
    func exists(id: String) -> Bool
    /// What to mount, in order, to see the layer with everything below it: writable for container layers, read-only
    /// for image layers.
    func mounts(id: String) throws -> [Mount]
    /// Makes the read-only layer `id` on top of `parent` from a tar, which may be compressed. Nothing is left of it
    /// when this throws.
    func applyDiff(id: String, parent: String?, from source: any ByteSource) throws -> LayerApplied
    /// Makes the read-only layer `id`, on the same parent, of what the container layer `container` changed: the tar that
    /// `diff` would give is never written. Absolute paths in `unseen`, places for mounts, are no part of it. `check` is asked
    /// again and again while it reads: what it throws ends it. Errors: `badParameter` for a layer that is no container's.
    func capture(
        _ container: String, as id: String, _ mode: CaptureMode, without unseen: Set<String>,
        check: @escaping @Sendable () throws -> Void
    ) throws -> LayerApplied
    /// Makes the read-only layer `id` on top of `parent` of the files that the image layer `layer` has added to its own parent,
    /// without reading them. False, and nothing is done, where a layer has no files of its own.
    func share(_ layer: String, as id: String, parent: String?) throws -> Bool
    /// Writes the layer tar of what `id` changed against `parent`, uncompressed. A layer that came as a tar gives that
    /// tar, byte for byte, against its own parent (`LayerApplied.isRepeatable`); all others are packed in a fixed order,
    /// so that the same files give the same bytes.
    func diff(id: String, parent: String?, to sink: any ByteSink) throws
    /// What `id` changed against `parent`, sorted by path, without some absolute paths.
    func changes(id: String, parent: String?, without unseen: Set<String>) throws -> [Change]
    /// Bytes of the regular files that `id` added or changed against `parent`.
    func diffSize(id: String, parent: String?) throws -> Int64
    /// All layers of this driver, in no particular order.
    func ids() throws -> [String]
    /// Rows for `docker info`.
    func status() -> [(String, String)]
}

extension GraphDriver {
    public func capture(
        _ container: String, as id: String, _ mode: CaptureMode, without unseen: Set<String>
    ) throws -> LayerApplied {
        try capture(container, as: id, mode, without: unseen, check: {})
    }

    public func createWritable(id: String, parent: String?) throws {
        try createWritable(id: id, parent: parent, options: [:])
    }

    public func share(_ layer: String, as id: String, parent: String?) throws -> Bool { false }
}
