internal import APIModel
internal import OrderedJSON
internal import Primitives

/// What `--metadata-file` says of a build, under buildx's names.
///
/// An image that the engine keeps has its config's digest for its own, as with the engine's own builder at Docker; one that went
/// to an archive has that of the manifest there, one that was pushed that of the manifest in the registry.
struct BuildMetadata: Equatable {
    var image = ""
    var names: [String] = []
    /// Of an archive.
    var descriptor: BuildResult.Descriptor?
    /// `sha256:…` of what a registry has.
    var pushed: String?

    /// Nothing for files alone, which are no image.
    init(_ image: String, _ outputs: BuildOutputs, _ result: BuildResult?, pushed: String?) {
        let isArchive = outputs.fetched.contains { ["oci", "docker"].contains($0.type) }
        guard outputs.isKept || isArchive else { return }
        self.image = image
        names = outputs.keptNames
        for place in outputs.fetched where names.isEmpty && ["oci", "docker"].contains(place.type) {
            names = outputs.names(of: place)
        }
        descriptor = isArchive ? result?.descriptor : nil
        self.pushed = pushed
    }

    var json: JSONValue {
        var object = JSONObject()
        guard !image.isEmpty else { return .object(object) }
        object["containerimage.config.digest"] = .string(image)
        if let descriptor {
            object["containerimage.descriptor"] = [
                "mediaType": .string(descriptor.mediaType), "digest": .string(descriptor.digest),
                "size": .integer(descriptor.size),
            ]
        }
        object["containerimage.digest"] = .string(pushed ?? descriptor?.digest ?? image)
        let canonical = names.map { (try? ImageReference(parsing: $0))?.withDefaultTag.canonical ?? $0 }
        if !canonical.isEmpty { object["image.name"] = .string(canonical.joined(separator: ",")) }
        return .object(object)
    }
}
