public import APIModel
internal import ImageStore
internal import LayerFS
public import Primitives

extension Engine {
    /// Places that a start makes for its own mounts where the image has none. Docker keeps them in a layer of their own, so
    /// they are no change there either.
    static let ownPlaces: Set<String> = [
        "/.dockerenv", "/dev", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/proc", "/sys",
    ]

    public func changes(_ name: String) async throws(EngineError) -> [ContainerChange] {
        let id = try containers.find(name).id.description
        return try await workers.run { [images] in
            try images.changes(containerLayer: id, without: Self.ownPlaces).map {
                ContainerChange(path: $0.path, kind: $0.kind.rawValue)
            }
        }
    }
}
