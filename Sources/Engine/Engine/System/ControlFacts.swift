internal import Cgroups
internal import LinuxSystem

/// What the kernel's control groups offer here, for `docker info`.
struct ControlFacts: Sendable {
    var version: String
    var memory: Bool
    var swap: Bool
    var cpu: Bool
    var cpuset: Bool
    var pids: Bool

    init(_ layout: CgroupLayout) {
        version = layout.version == .v2 ? "2" : "1"
        memory = layout.has(.memory)
        swap = memory && Self.hasSwapAccounting(layout)
        cpu = layout.has(.cpu)
        cpuset = layout.has(.cpuset)
        pids = layout.has(.pids)
    }

    private static func hasSwapAccounting(_ layout: CgroupLayout) -> Bool {
        guard let hierarchy = layout.hierarchies.first(where: { $0.controllers.contains(.memory) }) else {
            return false
        }
        return hierarchy.isUnified || HostFile.exists(hierarchy.mountPoint + "/memory.memsw.limit_in_bytes")
    }
}
