public import Cgroups

extension HostResources {
    /// What the control groups of this layout can limit. Reads a dozen small files: once at the daemon's start.
    public static func read(layout: CgroupLayout) -> HostResources {
        read(root: layout.root) { name in
            let place = layout.hierarchies.first { hierarchy in
                hierarchy.controllers.contains { $0.rawValue == name }
            }
            return place.map { ($0.mountPoint, $0.isUnified) }
        }
    }
}
