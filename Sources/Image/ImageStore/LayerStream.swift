internal import ImageModel
internal import Primitives

/// Says of layers that are just arriving where they belong, for archives that begin with their documents.
struct LayerStream {
    /// Nil: not known, and not worth asking again before another document has come.
    private var places: [String: [LayerPlace]]?
    private var isHopeless = false
    /// Layers that have come.
    private var passed: Set<Digest> = []

    /// The place of the layer with this name if it can be unpacked now: all images are known, it belongs in one place,
    /// and what is below it has come.
    mutating func place(of name: String, _ spool: LoadSpool) -> LayerPlace? {
        guard !isHopeless, spool.holds(DockerArchive.manifestName) else { return nil }
        if places == nil { places = Self.read(spool) }
        guard let found = places?[name], let place = found.first, found.count == 1 else { return nil }
        if let parent = place.parent, !passed.contains(parent) { return nil }
        passed.insert(place.chainID)
        return place
    }

    /// Nil while a config is missing or anything is wrong, which the real reading of the documents will report.
    private static func read(_ spool: LoadSpool) -> [String: [LayerPlace]]? {
        guard let bytes = try? spool.document(DockerArchive.manifestName),
            let images = try? DockerArchive.manifest(parsing: bytes)
        else { return nil }
        var result: [String: [LayerPlace]] = [:]
        for image in images {
            guard let name = LoadSpool.clean(image.config), spool.holds(name),
                let document = try? spool.document(name), let config = try? ImageConfig(parsing: document),
                config.diffIDs.count == image.layers.count
            else { return nil }
            for (layer, place) in zip(image.layers, LayerPlace.all(of: config)) {
                guard let layer = LoadSpool.clean(layer) else { return nil }
                if result[layer]?.contains(place) != true { result[layer, default: []].append(place) }
            }
        }
        return result
    }
}
