internal import ImageModel
public import Primitives

extension ImageStore {
    /// The image that a name, a digest reference, an id (with or without `sha256:`) or a unique id prefix stands for.
    /// Errors: `notFound` (`No such image: x:latest`), `badParameter` for what can be none of these.
    public func resolve(_ name: String) throws(EngineError) -> Image {
        let table = table
        guard let image = table.image(try Self.id(of: name, in: table)) else { throw Self.noSuchImage(name) }
        return image
    }

    /// All images, newest first (by id where times are equal).
    public func list() throws(EngineError) -> [Image] {
        let table = table
        let names = Dictionary(grouping: table.tags, by: \.value).mapValues { $0.map(\.key).sorted() }
        let images = table.images.keys.compactMap { table.image($0, names: names[$0] ?? []) }
        return images.sorted { ($0.created ?? .zero, $0.id) > ($1.created ?? .zero, $1.id) }
    }

    /// The images that were made on another, or on nothing, by this engine; newest first. With `trusted`: those of them,
    /// wherever they were made. What others' images say of themselves is no proof of how they were made (CVE-2024-24557).
    public func children(of parent: Digest?, trusted: Set<Digest>? = nil) -> [Image] {
        let table = table
        return table.children(of: parent)
            .filter { trusted?.contains($0) ?? (table.images[$0]?.isBuiltHere == true) }
            .compactMap { table.image($0, names: []) }
            .sorted { ($0.created ?? .zero, $0.id) > ($1.created ?? .zero, $1.id) }
    }

    /// The tags that a repository has here, sorted, with their images.
    public func tags(of repository: ImageReference) throws(EngineError) -> [(name: ImageReference, image: Digest)] {
        table.tags.sorted { $0.key < $1.key }.compactMap { key, image in
            guard let name = try? ImageReference(parsing: key), name.digest == nil,
                name.canonicalRepository == repository.canonicalRepository
            else { return nil }
            return (name, image)
        }
    }

    /// Whether `id` (`sha256:…`) is the image `ancestor` or was built, in one or more steps, on it.
    public func isImage(_ id: String, descendedFrom ancestor: Digest) -> Bool {
        let table = table
        guard let digest = try? Digest(parsing: id), let row = table.images[digest] else { return false }
        if digest == ancestor { return true }
        var parent = row.parent
        for _ in 0..<ImageConfig.maximumLayers * 4 {
            guard let current = parent else { break }
            if current == ancestor { return true }
            parent = table.images[current]?.parent
        }
        guard let base = table.images[ancestor], let top = base.chainIDs.last else { return false }
        return row.chainIDs.contains(top)
    }

    static func id(of name: String, in table: ImageTable) throws(EngineError) -> Digest {
        let bare = name.hasPrefix("sha256:") ? String(name.dropFirst("sha256:".count)) : name
        if let digest = Digest(sha256Hex: bare) {
            guard table.images[digest] != nil else { throw noSuchImage(name) }
            return digest
        }
        let reference = try ImageReference(parsing: name)
        if let found = table.tags[Self.key(reference)] { return found }
        if case .found(let hex) = table.index.lookup(bare), let digest = Digest(sha256Hex: hex) { return digest }
        throw noSuchImage(name)
    }

    /// How a reference stands in the table: the digest is what counts where there is one.
    static func key(_ reference: ImageReference) -> String {
        if let digest = reference.digest { return reference.with(digest: digest).familiar }
        return reference.withDefaultTag.familiar
    }

    static func noSuchImage(_ name: String) -> EngineError {
        let shown = (try? ImageReference(parsing: name))?.withDefaultTag.familiar ?? name
        return EngineError(.notFound, "No such image: \(shown)")
    }
}
