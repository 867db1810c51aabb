internal import ImageModel
internal import OrderedJSON
internal import Primitives

/// Everything in an archive but the layers, in three forms at once:
/// `manifest.json` and `<id>.json` (Docker since 1.10), `repositories` and `<v1 id>/` (before), and an OCI layout.
///
/// Docker before 1.10 takes every folder at the top for an image. That is why `blobs` is a symbolic link, to a folder
/// in that of the first layer; in there, config and layers are links again.
struct SavedDocuments {
    private let plan: SavePlan

    init(_ plan: SavePlan) { self.plan = plan }

    func write(_ writer: ArchiveWriter) throws {
        try writer.file(DockerArchive.manifestName, DockerArchive.manifest(plan.entries.map(describe)))
        for entry in plan.entries { try writer.file(configName(entry), entry.image.config.bytes) }
        try writeRepositories(writer)
        var written: Set<String> = []
        for entry in plan.entries { try writeLegacy(entry, writer, &written) }
        try writeOCI(writer)
    }

    private func configName(_ entry: SavePlan.Entry) -> String { "\(entry.image.id.hex).json" }

    private func describe(_ entry: SavePlan.Entry) -> DockerArchiveImage {
        DockerArchiveImage(
            config: configName(entry), repoTags: entry.names.isEmpty ? nil : entry.names.map(\.familiar),
            layers: entry.layers.compactMap { plan.paths[$0.diffID] })
    }

    private func writeRepositories(_ writer: ArchiveWriter) throws {
        var repositories: [String: [String: String]] = [:]
        for entry in plan.entries {
            guard let top = entry.legacy.last?.id else { continue }
            for name in entry.names { repositories[name.repository, default: [:]][name.tag ?? ""] = top }
        }
        guard !repositories.isEmpty else { return }
        try writer.file(DockerArchive.repositoriesName, DockerArchive.repositories(repositories))
    }

    /// A folder for every layer of every image; a layer that stands elsewhere already is a link.
    private func writeLegacy(
        _ entry: SavePlan.Entry, _ writer: ArchiveWriter, _ written: inout Set<String>
    ) throws {
        for (document, layer) in zip(entry.legacy, entry.layers) where written.insert(document.id).inserted {
            let own = "\(document.id)/layer.tar"
            try writer.folder(document.id)
            try writer.file("\(document.id)/VERSION", Array("1.0".utf8))
            try writer.file("\(document.id)/json", document.json)
            if let path = plan.paths[layer.diffID], path != own { try writer.link(own, to: "../\(path)") }
        }
    }
}

// The OCI layout.
extension SavedDocuments {
    private func writeOCI(_ writer: ArchiveWriter) throws {
        let home = plan.entries.compactMap { $0.legacy.first?.id }.first.map { "\($0)/blobs" } ?? "blobs"
        let up = home == "blobs" ? "../.." : "../../.."
        try writer.folder(home)
        try writer.folder("\(home)/sha256")
        if home != "blobs" { try writer.link("blobs", to: home) }
        var descriptors: [OCIDescriptor] = []
        for entry in plan.entries {
            let manifest = try entry.manifest()
            try writer.file("\(home)/sha256/\(manifest.digest.hex)", manifest.bytes)
            try writer.link("\(home)/sha256/\(entry.image.id.hex)", to: "\(up)/\(configName(entry))")
            descriptors += entry.descriptors(of: manifest)
        }
        for (diffID, path) in plan.paths.sorted(by: { $0.key < $1.key }) {
            try writer.link("\(home)/sha256/\(diffID.hex)", to: "\(up)/\(path)")
        }
        let index = OCIIndex(manifests: descriptors)
        try writer.file(OCILayout.indexName, OrderedJSONEncoder(style: .goCompact).encode(index))
        try writer.file(OCILayout.markerName, OCILayout.marker)
    }
}

extension SavePlan.Entry {
    /// Its layers are not compressed, whatever they came as.
    func manifest() throws -> OCIManifest {
        try OCIManifest(
            config: OCIDescriptor(
                mediaType: OCIMediaType.config, digest: image.id, size: Int64(image.config.bytes.count)),
            layers: layers.map {
                OCIDescriptor(mediaType: OCIMediaType.layer, digest: $0.diffID, size: $0.tarSize)
            })
    }

    /// One descriptor a name, as containerd and Docker write them.
    func descriptors(of manifest: OCIManifest) -> [OCIDescriptor] {
        let plain = OCIDescriptor(
            mediaType: OCIMediaType.manifest, digest: manifest.digest, size: Int64(manifest.bytes.count),
            platform: OCIPlatform(image.config.platform))
        if names.isEmpty { return [plain] }
        return names.map { name in
            var named = plain
            named.annotations = [OCIIndex.containerdName: name.canonical, OCIIndex.refName: name.tag ?? ""]
            return named
        }
    }
}
