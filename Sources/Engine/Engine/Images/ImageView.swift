internal import APIModel
internal import ImageModel
internal import ImageStore
internal import OrderedJSON
internal import Primitives

extension Image {
    /// The config that containers start from; nil when the image has none that can be read.
    var containerConfig: ContainerConfig? {
        guard let object = config.config else { return nil }
        return try? OrderedJSONDecoder().decode(ContainerConfig.self, from: .object(object))
    }
}

extension ImageHistoryItem {
    init(_ row: ImageHistoryRow) {
        self.init(
            id: row.id, created: row.created.map(\.seconds) ?? 0, createdBy: row.createdBy, comment: row.comment,
            size: row.size, tags: row.tags.isEmpty ? nil : row.tags)
    }
}

extension ImageSummary {
    init(_ image: Image) {
        self.init(id: image.id.description)
        created = image.created.map(\.seconds) ?? 0
        let labels = image.config.labels
        self.labels = labels.isEmpty ? nil : labels
        parentID = image.parent?.description ?? ""
        repoDigests = image.digests
        repoTags = image.tags
        size = image.size
    }
}

extension ImageInspect {
    init(_ image: Image, driver: String) {
        self.init(id: image.id.description)
        repoTags = image.tags
        repoDigests = image.digests
        parent = image.parent?.description ?? ""
        comment = image.config.comment ?? image.config.history.last?.comment ?? ""
        created = image.created?.description
        container = image.config.container
        dockerVersion = image.config.dockerVersion ?? ""
        author = image.config.author ?? ""
        config = image.containerConfig ?? ContainerConfig()
        containerConfig = image.config.containerConfig.flatMap { object in
            try? OrderedJSONDecoder().decode(ContainerConfig.self, from: .object(object))
        }
        architecture = image.config.architecture
        variant = image.config.variant ?? ""
        os = image.config.os
        osVersion = image.config.osVersion ?? ""
        size = image.size
        graphDriver.name = driver
        rootFS = RootFS(layers: image.diffIDs.map(\.description))
        if let moment = image.lastTagged { metadata.lastTagTime = moment.description }
    }
}
