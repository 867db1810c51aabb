internal import ImageModel
internal import LayerFS
public import LinuxSystem
public import Primitives

extension ImageStore {
    /// Writes images as an archive that every engine since 1.6 loads: `manifest.json` first (so that a load can unpack
    /// as it reads), the other documents, and each layer once. Memory use does not depend on the images' size.
    public func save(_ names: [String], to output: borrowing FD) throws(EngineError) {
        let (plan, pinned) = try change { table -> (SavePlan, [Digest]) in
            let plan = try SavePlan(names, table)
            for layer in plan.layers { pins.add(layer.chainID) }
            return (plan, plan.layers.map(\.chainID))
        }
        defer { release(pinned) }
        try write(plan, to: output)
    }

    func write(_ plan: SavePlan, to output: borrowing FD) throws(EngineError) {
        do {
            let writer = ArchiveWriter(FDSink(try output.duplicate()), modified: plan.modified)
            try SavedDocuments(plan).write(writer)
            for layer in plan.layers {
                guard let path = plan.paths[layer.diffID] else { continue }
                try writer.file(path, size: layer.tarSize) { try writeTar(of: layer, to: $0) }
            }
            try writer.finish()
        } catch {
            throw storeError(error)
        }
    }
}

extension ImageStore {
    /// What `save` would write of these names: a repository without a tag stands for all of its tags. Errors: `notFound`.
    public func imagesToSave(_ names: [String]) throws(EngineError) -> [(id: Digest, name: String)] {
        try SavePlan(names, table).entries.map { ($0.image.id, $0.names.first?.familiar ?? $0.image.id.description) }
    }
}

/// What goes into an archive.
struct SavePlan: Sendable {
    struct Entry: Sendable {
        var image: Image
        /// Tags only.
        var names: [ImageReference]
        var layers: [ImageTable.LayerRow]
        var legacy: [LegacyLayer]
    }

    private(set) var entries: [Entry] = []
    /// Each layer once, those of an image root first.
    private(set) var layers: [ImageTable.LayerRow] = []
    /// Where each layer stands in the archive, by diff id.
    private(set) var paths: [Digest: String] = [:]

    /// Of all files: when the newest image was made. So the same images give the same archive, whenever it is written.
    var modified: Timestamp { entries.compactMap(\.image.created).max() ?? .zero }

    init(_ names: [String], _ table: ImageTable) throws(EngineError) {
        for name in names {
            let reference = try? ImageReference(parsing: name)
            let all = reference.map { Self.tags(of: $0, table) } ?? []
            if all.isEmpty {
                let id = try ImageStore.id(of: name, in: table)
                let isName = reference.map { table.tags[ImageStore.key($0)] == id && $0.digest == nil } ?? false
                add(id, isName ? reference?.withDefaultTag : nil, table)
            }
            for (tag, id) in all { add(id, tag, table) }
        }
        placeLayers()
    }

    /// One image, under names that it need not have here.
    init(_ held: HeldImage, _ names: [ImageReference]) {
        entries = [
            Entry(
                image: held.image, names: names, layers: held.layers, legacy: LegacyLayer.chain(of: held.image.config))
        ]
        placeLayers()
    }

    private mutating func placeLayers() {
        var seen: Set<Digest> = []
        layers = entries.flatMap(\.layers).filter { seen.insert($0.diffID).inserted }
        for entry in entries {
            for (document, layer) in zip(entry.legacy, entry.layers) where paths[layer.diffID] == nil {
                paths[layer.diffID] = "\(document.id)/layer.tar"
            }
        }
    }

    /// All tags of a repository that was named without one.
    private static func tags(of reference: ImageReference, _ table: ImageTable) -> [(ImageReference, Digest)] {
        guard reference.tag == nil, reference.digest == nil else { return [] }
        return table.tags.sorted { $0.key < $1.key }.compactMap { name, id in
            guard let found = try? ImageReference(parsing: name), found.digest == nil,
                found.repository == reference.repository
            else { return nil }
            return (found, id)
        }
    }

    private mutating func add(_ id: Digest, _ name: ImageReference?, _ table: ImageTable) {
        let names = name.map { [$0] } ?? []
        if let index = entries.firstIndex(where: { $0.image.id == id }) {
            entries[index].names += names.filter { !entries[index].names.contains($0) }
        } else if let image = table.image(id) {
            let rows = image.chainIDs.compactMap { table.layers[$0] }
            entries.append(
                Entry(image: image, names: names, layers: rows, legacy: LegacyLayer.chain(of: image.config)))
        }
    }
}
