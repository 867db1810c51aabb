internal import ImageModel
internal import Primitives

/// Everything the store knows, in memory: a value that is edited as a draft, saved, and then published.
struct ImageTable: Sendable {
    struct ImageRow: Sendable {
        var config: ImageConfig
        var chainIDs: [Digest]
        var parent: Digest?
        var tagged: Timestamp?
        /// This engine made it: what its config says of the step that it came from is true.
        var isBuiltHere = false
    }

    struct LayerRow: Sendable {
        var chainID: Digest
        var parent: Digest?
        var diffID: Digest
        var driverID: String
        /// Bytes of the regular files.
        var size: Int64
        /// Bytes of the uncompressed tar.
        var tarSize: Int64
        /// The boot in which it was made, while its files may not be on disk yet (`boot_id` of random(4)).
        var unsyncedBoot: String?
        /// What the bytes are called that it was pulled as, if they were kept: see `PulledBytes`.
        var pulled: Digest?
    }

    /// What has to be written to the database.
    enum Change: Sendable {
        case image(Digest, ImageRow?)
        case layer(Digest, LayerRow?)
        case tag(String, Digest?)
        case container(String, Digest?, isRemoval: Bool)
        case manifest(FetchedManifest, of: Digest)
        case blob(RemoteBlob)
    }

    private(set) var images: [Digest: ImageRow] = [:]
    private(set) var layers: [Digest: LayerRow] = [:]
    /// Names as people write them, with tag or digest.
    private(set) var tags: [String: Digest] = [:]
    /// Container layers and the stack below each; nil for a container without an image.
    private(set) var containers: [String: Digest?] = [:]
    private(set) var index = TruncatedIDIndex()
    /// Images by the image that they were built on; under nil those that were built on nothing.
    private var childrenByParent: [Digest?: Set<Digest>] = [:]
    private(set) var changes: [Change] = []

    mutating func takeChanges() -> [Change] {
        defer { changes = [] }
        return changes
    }

    mutating func put(image id: Digest, _ row: ImageRow) {
        forgetParent(of: id)
        childrenByParent[row.parent, default: []].insert(id)
        images[id] = row
        index.insert(id.hex)
        changes.append(.image(id, row))
    }

    mutating func removeImage(_ id: Digest) {
        forgetParent(of: id)
        images[id] = nil
        index.remove(id.hex)
        changes.append(.image(id, nil))
    }

    private mutating func forgetParent(of id: Digest) {
        guard let old = images[id] else { return }
        childrenByParent[old.parent]?.remove(id)
        if childrenByParent[old.parent]?.isEmpty == true { childrenByParent[old.parent] = nil }
    }

    mutating func put(layer row: LayerRow) {
        layers[row.chainID] = row
        changes.append(.layer(row.chainID, row))
    }

    mutating func removeLayer(_ chainID: Digest) {
        layers[chainID] = nil
        changes.append(.layer(chainID, nil))
    }

    mutating func put(tag: String, _ image: Digest) {
        tags[tag] = image
        changes.append(.tag(tag, image))
    }

    mutating func removeTag(_ tag: String) {
        tags[tag] = nil
        changes.append(.tag(tag, nil))
    }

    mutating func put(container id: String, on chainID: Digest?) {
        containers[id] = .some(chainID)
        changes.append(.container(id, chainID, isRemoval: false))
    }

    /// Only on disk: pushes ask for it there.
    mutating func note(manifest: FetchedManifest, of image: Digest) { changes.append(.manifest(manifest, of: image)) }

    mutating func note(blob: RemoteBlob) { changes.append(.blob(blob)) }

    mutating func removeContainer(_ id: String) {
        containers.removeValue(forKey: id)
        changes.append(.container(id, nil, isRemoval: true))
    }
}

// Questions.
extension ImageTable {
    /// Sorted names of an image.
    func names(of id: Digest) -> [String] {
        tags.filter { $0.value == id }.map(\.key).sorted()
    }

    func children(of id: Digest?) -> Set<Digest> { childrenByParent[id] ?? [] }

    /// Whether a stack is the base of another, of an image or of a container.
    func isUsed(_ chainID: Digest) -> Bool {
        layers.values.contains { $0.parent == chainID } || images.values.contains { $0.chainIDs.last == chainID }
            || containers.values.contains { $0 == chainID }
    }

    /// What the same layer was pulled as, wherever it lies.
    func pulled(for diffID: Digest) -> Set<Digest> {
        Set(layers.values.lazy.filter { $0.diffID == diffID }.compactMap(\.pulled))
    }

    func image(_ id: Digest, names: [String]? = nil) -> Image? {
        guard let row = images[id] else { return nil }
        let rows = row.chainIDs.compactMap { layers[$0] }
        let names = names ?? self.names(of: id)
        return Image(
            id: id, config: row.config, chainIDs: row.chainIDs, layers: rows.map(\.driverID),
            size: rows.map(\.size).clampedSum, parent: row.parent.flatMap { images[$0] == nil ? nil : $0 },
            tags: names.filter { !$0.contains("@") }, digests: names.filter { $0.contains("@") },
            lastTagged: row.tagged)
    }
}
