internal import OrderedJSON
public import Primitives

/// Docker's first kind of manifest (image manifest version 2, schema 1): what was signed of it, without the signatures.
public struct Schema1Manifest: Sendable, Hashable {
    public struct Layer: Sendable, Hashable {
        /// The compressed layer.
        public var blob: Digest
        public var image: V1Image
        /// The step changed only the config: there is no layer.
        public var isEmpty: Bool
    }

    /// Root first.
    public let layers: [Layer]

    /// Errors: `badParameter`.
    public init(parsing bytes: [UInt8]) throws(EngineError) {
        let json = try parseObject(bytes, "manifest")
        let blobs = json["fsLayers"]?.arrayValue ?? []
        let steps = json["history"]?.arrayValue ?? []
        guard !blobs.isEmpty else { throw EngineError(.badParameter, "no FSLayers in manifest") }
        guard blobs.count == steps.count else {
            throw EngineError(.badParameter, "length of history not equal to number of layers")
        }
        guard blobs.count <= Self.mostSteps else { throw EngineError(.badParameter, "max depth exceeded") }
        var layers: [Layer] = []
        for (blob, step) in zip(blobs, steps).reversed() {
            let layer = try Self.layer(blob, step)
            // Docker 1.6 and 1.7 name the top layer twice.
            if let below = layers.last, below.image.id == layer.image.id { continue }
            guard layers.last?.image.id == layer.image.parent else {
                throw EngineError(.badParameter, "invalid parent ID. Expected \(layers.last?.image.id ?? "none")")
            }
            layers.append(layer)
        }
        self.layers = layers
    }

    /// Steps that make no layer count here too.
    private static let mostSteps = 1000

    private static func layer(_ blob: JSONValue, _ step: JSONValue) throws(EngineError) -> Layer {
        guard let sum = blob["blobSum"]?.stringValue, let text = step["v1Compatibility"]?.stringValue else {
            throw EngineError(.badParameter, "invalid manifest: a layer without blobSum or v1Compatibility")
        }
        let digest = try Digest(parsing: sum)
        guard digest.algorithm == "sha256" else {
            throw EngineError(.badParameter, "unsupported digest algorithm \(digest.algorithm)")
        }
        let image = try V1Image(parsing: Array(text.utf8))
        return Layer(blob: digest, image: image, isEmpty: image.json["throwaway"]?.boolValue ?? false)
    }

    /// The config of the image, once the layers' diff ids are known: of those that are not empty, root first.
    public func config(diffIDs: [Digest]) throws(EngineError) -> ImageConfig {
        guard let top = layers.last?.image else { throw EngineError(.badParameter, "no FSLayers in manifest") }
        return try top.imageConfig(
            diffIDs: diffIDs, history: layers.map { $0.image.history(isEmptyLayer: $0.isEmpty) })
    }
}
