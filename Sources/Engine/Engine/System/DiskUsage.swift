public import APIModel
internal import ImageStore
internal import LayerFS
internal import LinuxSystem
public import Primitives
internal import Volumes

extension Engine {
    /// What images, containers and volumes take on disk.
    public func diskUsage(_ kinds: Set<DiskUsage.Kind>) async throws(EngineError) -> DiskUsage {
        var usage = DiskUsage()
        if kinds.contains(.image) {
            var query = ImageQuery()
            query.sharedSize = true
            usage.images = try await listImages(query)
            usage.layersSize = images.layerSizes().values.clampedSum
        }
        if kinds.contains(.container) {
            var query = ContainerQuery()
            query.all = true
            query.size = true
            usage.containers = try await list(query)
        }
        if kinds.contains(.volume) { usage.volumes = try await volumeUsage() }
        if kinds.contains(.buildCache) {
            usage.buildCache = try await workers.run { [self] in try buildCacheRecords() }
        }
        return usage
    }

    private func volumeUsage() async throws(EngineError) -> [VolumeResource] {
        let uses = Dictionary(
            grouping: containers.all().flatMap { Set($0.record.mounts.map(\.name)) }, by: \.self
        ).mapValues(\.count)
        return try await workers.run { [volumes] in
            try volumes.list().map { volume in
                var row = VolumeResource(volume)
                row.usageData = .init(
                    size: Self.size(of: volume.mountpoint) ?? -1, refCount: Int64(uses[volume.name] ?? 0))
                return row
            }
        }
    }

    /// Bytes of the regular files in a tree, links not followed; nil when it can't be read.
    static func size(of folder: String) -> Int64? {
        guard let root = try? FD.open(at: RawPath(folder), [.directory, .readOnly]) else { return nil }
        return try? LayerDiff(from: nil, to: FDBox(root)).size()
    }
}

extension VolumeResource {
    fileprivate init(_ volume: Volume) {
        self.init(name: volume.name, mountpoint: volume.mountpoint)
        if volume.created.nanoseconds > 0 { createdAt = volume.created.description }
        labels = volume.labels.isEmpty ? nil : volume.labels
        options = volume.options.isEmpty ? nil : volume.options
    }
}
