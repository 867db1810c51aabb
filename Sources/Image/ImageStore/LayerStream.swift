internal import ImageModel
internal import Primitives

/// Says of layers that are just arriving where they belong, for archives that begin with their documents.
struct LayerStream {
    /// Images of the manifest whose configs were not read yet, in its order; nil before the manifest has come.
    private var unread: ArraySlice<DockerArchiveImage>?
    /// By the names of layers; nil for a layer that belongs in several places.
    private var places: [String: LayerPlace?] = [:]
    private var isHopeless = false
    /// Layers that have come.
    private var passed: Set<Digest> = []
    /// Layers of images for others are not unpacked.
    private let platform: Platform?

    init(platform: Platform? = nil) { self.platform = platform }

    /// The place of the layer with this name if it can be unpacked now: all images are known, it belongs in one place,
    /// and what is below it has come.
    mutating func place(of name: String, _ spool: LoadSpool) -> LayerPlace? {
        guard !isHopeless, spool.holds(DockerArchive.manifestName) else { return nil }
        // What is wrong, the real reading of the documents will report.
        do { try readOn(spool) } catch { isHopeless = true }
        guard unread?.isEmpty == true, let place = places[name] ?? nil else { return nil }
        if let parent = place.parent, !passed.contains(parent) { return nil }
        passed.insert(place.chainID)
        return place
    }

    /// Reads each document once, up to a config that has not come yet.
    private mutating func readOn(_ spool: LoadSpool) throws {
        if unread == nil {
            unread = try DockerArchive.manifest(parsing: spool.document(DockerArchive.manifestName))[...]
        }
        while let image = unread?.first {
            guard let name = LoadSpool.clean(image.config) else { throw LoadInProgress.badPath(image.config) }
            guard spool.holds(name) else { return }
            try note(image, ImageConfig(parsing: spool.document(name)))
            unread?.removeFirst()
        }
    }

    private mutating func note(_ image: DockerArchiveImage, _ config: ImageConfig) throws {
        guard config.diffIDs.count == image.layers.count else {
            throw EngineError(.badParameter, "invalid manifest, layers length mismatch")
        }
        if let platform, !config.platform.serves(platform) { return }
        for (layer, place) in zip(image.layers, LayerPlace.all(of: config)) {
            guard let name = LoadSpool.clean(layer) else { throw LoadInProgress.badPath(layer) }
            guard let known = places[name] else {
                places[name] = place
                continue
            }
            if known != place { places.updateValue(nil, forKey: name) }
        }
    }
}
