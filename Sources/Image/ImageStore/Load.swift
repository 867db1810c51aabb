public import ImageModel
internal import LayerFS
public import LinuxSystem
public import Primitives
internal import TarCodec

extension ImageStore {
    /// Loads the images of an archive: `docker save` of any age, or an OCI image layout; plain or compressed. It is
    /// read to its end.
    ///
    /// Layers are unpacked while they arrive where the archive says beforehand what they are (our own do), else the
    /// archive is kept on disk until it is known; `check` is asked when all of it was read. Digests and ids are verified.
    /// When it fails, images that were complete stay and everything else is removed.
    ///
    /// `platform`: images of others are left out; nil takes all of a docker archive, and of an index with several platforms the
    /// host's. Errors: `badParameter` for the archive, `notFound` when nothing in it is for the platform.
    public func load(
        from input: borrowing FD, for platform: Platform? = nil, check: () throws(EngineError) -> Void = {},
        progress: (LoadProgress) -> Void
    ) throws(EngineError) -> [LoadedImage] {
        let load: LoadInProgress
        do {
            let archive = ArchiveReader(try DecompressedSource(FDSource(try input.duplicate())))
            load = LoadInProgress(
                store: self, archive: archive, spool: LoadSpool(folder: folder.newTemporaryPath(), room: room),
                platform: platform)
        } catch {
            throw storeError(error)
        }
        defer { release(load.pinned) }
        do { return try load.run(check, progress) } catch { throw storeError(error) }
    }
}

/// One load. Used by one thread.
final class LoadInProgress {
    let store: ImageStore
    let archive: ArchiveReader
    let spool: LoadSpool
    /// The one whose images are wanted; nil when no matter.
    let platform: Platform?
    /// Stacks that this load unpacked or found.
    private(set) var pinned: [Digest] = []
    private var obtained: Set<Digest> = []

    init(store: ImageStore, archive: ArchiveReader, spool: LoadSpool, platform: Platform?) {
        self.store = store
        self.archive = archive
        self.spool = spool
        self.platform = platform
    }

    func run(
        _ check: () throws(EngineError) -> Void, _ progress: (LoadProgress) -> Void
    ) throws -> [LoadedImage] {
        var stream = LayerStream(platform: platform)
        while let entry = try archive.next() {
            guard let name = LoadSpool.clean(entry.displayName), !name.isEmpty else { continue }
            if entry.kind == .file, let place = stream.place(of: name, spool) {
                try obtain(place, from: archive, progress)
                continue
            }
            try spool.keep(entry, name, from: archive)
        }
        try check()
        let loaded = try loadDocuments(progress)
        if let platform, loaded.isEmpty {
            throw EngineError(.notFound, "no image in the archive is for the platform \(platform)")
        }
        return loaded
    }

    private func loadDocuments(_ progress: (LoadProgress) -> Void) throws -> [LoadedImage] {
        if spool.holds(DockerArchive.manifestName) {
            let loaded = try loadDockerArchive(progress)
            // `manifest.json` knows one platform of an image, the index beside it all of them.
            guard loaded.isEmpty, platform != nil, spool.holds(OCILayout.indexName) else { return loaded }
        }
        if spool.holds(OCILayout.indexName) { return try loadOCILayout(progress) }
        return try loadLegacy(progress)
    }

    func isWanted(_ config: ImageConfig) -> Bool { platform.map { config.platform.serves($0) } ?? true }

    /// Makes sure that a layer is here: found, or unpacked from `source`.
    func obtain(
        _ place: LayerPlace, from source: @autoclosure () throws -> any ByteSource, _ progress: (LoadProgress) -> Void
    ) throws {
        guard !obtained.contains(place.chainID) else { return }
        if try !store.pinLayer(place.chainID) {
            let row = try store.unpackLayer(from: source(), on: place.parent, expecting: place.diffID)
            pinned.append(row.chainID)
        } else {
            pinned.append(place.chainID)
        }
        obtained.insert(place.chainID)
        progress(.layer(place.diffID))
    }

    /// Unpacks a layer of which only the tar is known.
    func obtain(
        unknownLayer source: any ByteSource, on parent: Digest?, _ progress: (LoadProgress) -> Void
    ) throws -> ImageTable.LayerRow {
        let row = try store.unpackLayer(from: source, on: parent, expecting: nil)
        pinned.append(row.chainID)
        progress(.layer(row.diffID))
        return row
    }

    /// Registers an image and tells about names that it takes from others.
    func register(
        _ config: ImageConfig, parent: Digest? = nil, names: [ImageReference], _ progress: (LoadProgress) -> Void
    ) throws -> [LoadedImage] {
        for name in names {
            let name = name.withDefaultTag
            if let old = store.table.tags[name.familiar], old != config.id {
                progress(.renaming(name: name.familiar, oldID: old))
            }
        }
        let image = try store.register(config, parent: parent, names: names)
        if names.isEmpty { return [LoadedImage(id: image.id, reference: nil)] }
        return names.map { LoadedImage(id: image.id, reference: $0.withDefaultTag.familiar) }
    }
}

/// Where a layer belongs.
public struct LayerPlace: Sendable, Hashable {
    public var chainID: Digest
    public var parent: Digest?
    public var diffID: Digest

    /// All layers of an image, root first.
    public static func all(of config: ImageConfig) -> [LayerPlace] {
        let chainIDs = config.chainIDs
        return config.diffIDs.enumerated().map { index, diffID in
            LayerPlace(chainID: chainIDs[index], parent: index > 0 ? chainIDs[index - 1] : nil, diffID: diffID)
        }
    }
}
