internal import ImageStore
internal import LayerFS
internal import LinuxSystem
internal import Primitives

extension Engine {
    /// Copies what the image has at a volume's place into the volume when that is new and empty, with owner and mode:
    /// Docker does it when the container is made.
    func fillVolumes(_ record: ContainerRecord, created: Set<String>) throws {
        let fresh = record.mounts.filter { mount in
            mount.kind == .volume && created.contains(mount.name) && !mount.options.contains("nocopy")
        }
        guard !fresh.isEmpty else { return }
        let root = RootDirectory(try openRoot(of: record.id))
        for mount in fresh {
            guard let source = try? root.open(mount.destination, [.readOnly, .directory]) else { continue }
            let target = try FD.open(at: RawPath(mount.source), [.readOnly, .directory])
            try TreeCopy.copy(from: source, to: target)
        }
    }

    /// The container's root as it would see it, mounted nowhere: closing the descriptor unmounts it.
    func openRoot(of id: String) throws -> FD {
        let mounts = try images.mounts(containerLayer: id)
        guard let mount = mounts.first, mounts.count == 1 else {
            throw EngineError(.internal, "the root of \(id) is not one mount")
        }
        return try mount.detached()
    }
}
