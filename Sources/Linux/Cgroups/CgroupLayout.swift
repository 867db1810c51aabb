public import LinuxSystem

/// Which control group hierarchies a machine has, and where.
public struct CgroupLayout: Sendable, Hashable, Codable {
    public enum Version: String, Sendable, Hashable, Codable {
        case v1, v2
        /// Controllers in version 1 with a version 2 tree beside them.
        case hybrid
    }

    /// One mounted hierarchy.
    public struct Hierarchy: Sendable, Hashable, Codable {
        public var mountPoint: String
        /// What containers use here. In version 2 also what it does without a controller of that name.
        public var controllers: [Controller]
        public var isUnified: Bool

        public init(mountPoint: String, controllers: [Controller], isUnified: Bool) {
            self.mountPoint = mountPoint
            self.controllers = controllers
            self.isUnified = isUnified
        }
    }

    public var version: Version
    /// Those that have controllers for us; each controller is in one of them at most.
    public var hierarchies: [Hierarchy]
    /// Where the version 2 tree is mounted, controllers or not.
    public var unifiedMountPoint: String?
    /// A folder that stands for `/`; empty outside tests.
    public var root: String

    public init(
        version: Version, hierarchies: [Hierarchy], unifiedMountPoint: String? = nil, root: String = ""
    ) {
        self.version = version
        self.hierarchies = hierarchies
        self.unifiedMountPoint = unifiedMountPoint
        self.root = root
    }

    /// Reads the layout from `/proc/self/mountinfo` and, for version 2, `cgroup.controllers`. Errors: ENOENT when no
    /// hierarchy is mounted.
    public static func detect(root: String = "") throws(SystemError) -> CgroupLayout {
        let proc = CgroupFolder(path: root + "/proc/self", controllers: [], isUnified: false)
        return try detect(mounts: CgroupMount.parse(try proc.read("mountinfo")), root: root)
    }

    /// The layout that these mounts make (`cgroups(7)`); the first mount of a hierarchy counts.
    public static func detect(mounts: [CgroupMount], root: String = "") throws(SystemError) -> CgroupLayout {
        var layout = CgroupLayout(version: .v1, hierarchies: [], root: root)
        var taken: Set<Controller> = []
        for mount in mounts where !mount.isUnified {
            let controllers = mount.controllers.compactMap(Controller.init(rawValue:)).filter { !taken.contains($0) }
            guard !controllers.isEmpty else { continue }
            taken.formUnion(controllers)
            layout.hierarchies.append(
                Hierarchy(mountPoint: root + mount.mountPoint, controllers: controllers, isUnified: false))
        }
        guard let unified = mounts.first(where: \.isUnified) else {
            guard !taken.isEmpty else {
                throw SystemError(errno: 2, call: "cgroup", subject: "no hierarchy is mounted")
            }
            return layout
        }
        layout.addUnified(root + unified.mountPoint, taken: taken)
        return layout
    }

    private mutating func addUnified(_ mountPoint: String, taken: Set<Controller>) {
        unifiedMountPoint = mountPoint
        version = taken.isEmpty ? .v2 : .hybrid
        let folder = CgroupFolder(path: mountPoint, controllers: [], isUnified: true)
        let names = Set((folder.text("cgroup.controllers") ?? "").split(separator: " ").map(String.init))
        var controllers = Controller.allCases.filter { controller in
            guard !taken.contains(controller) else { return false }
            return controller.unifiedName.map(names.contains) ?? taken.isEmpty
        }
        // Beside version 1, a tree that has nothing but huge pages is not worth a folder for each container.
        if !taken.isEmpty, controllers.allSatisfy({ $0 == .hugetlb }) { controllers = [] }
        guard !controllers.isEmpty else { return }
        hierarchies.append(Hierarchy(mountPoint: mountPoint, controllers: controllers, isUnified: true))
    }

    /// True when limits of this controller can be set.
    public func has(_ controller: Controller) -> Bool {
        hierarchies.contains { $0.controllers.contains(controller) }
    }
}
