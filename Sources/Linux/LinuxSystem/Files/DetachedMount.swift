internal import CLinux

/// Attributes of a mount (`mount_setattr(2)`).
public struct MountAttributes: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let readOnly = MountAttributes(rawValue: 0x1)
    public static let noSetUserID = MountAttributes(rawValue: 0x2)
    public static let noDevices = MountAttributes(rawValue: 0x4)
    public static let noExecution = MountAttributes(rawValue: 0x8)
    public static let noAccessTime = MountAttributes(rawValue: 0x10)
}

/// Mounts that appear nowhere in the host's tree: the descriptor of the root is the mount, closing it unmounts.
///
/// Nothing is left behind by a crash, and nobody else can see or hold them (`mount(2)` can do neither). The
/// descriptor is O_PATH: open names under it with `open(_:_:mode:resolve:)`.
public enum DetachedMount {
    /// Mounts a file system with `key=value` or flag options as `mount(8)` takes them after `-o` (`fsopen(2)`,
    /// `fsconfig(2)`, `fsmount(2)`; Linux 5.2). `ro` makes the mount read-only.
    ///
    /// Overlay: each directory of `lowerdir` is set on its own (`lowerdir+`, Linux 6.7), since a value has 255 bytes.
    /// Older kernels: see `ClassicOverlay`.
    public static func make(type: String, source: String, options: [String]) throws(SystemError) -> FD {
        if type == "overlay" && ClassicOverlay.isNeeded { return try ClassicOverlay(options).mount() }
        let context = FD(owning: try check(cl_fsopen(type), "fsopen", type))
        var attributes: MountAttributes = []
        if !source.isEmpty { try set(context, "source", source) }
        for option in options {
            switch option {
            case "ro": attributes.insert(.readOnly)
            case "rw", "defaults": continue
            case "nosuid": attributes.insert(.noSetUserID)
            case "nodev": attributes.insert(.noDevices)
            case "noexec": attributes.insert(.noExecution)
            case "noatime": attributes.insert(.noAccessTime)
            default: try apply(option, to: context, type: type)
            }
        }
        try check(cl_fsconfig_create(context.rawValue), "fsconfig", "\(type): \(options.joined(separator: ","))")
        let mount = cl_fsmount(context.rawValue, attributes.rawValue)
        return FD(owning: try check(mount, "fsmount", type))
    }

    /// A private copy of what is mounted at, or below, `path` (`open_tree(2)` OPEN_TREE_CLONE).
    public static func clone(
        _ path: String, recursive: Bool, attributes: MountAttributes = []
    ) throws(SystemError) -> FD {
        let tree = FD(owning: try check(cl_open_tree_clone(-100, path, recursive ? 1 : 0), "open_tree", path))
        guard !attributes.isEmpty else { return tree }
        // AT_EMPTY_PATH, and AT_RECURSIVE.
        let flags: Int32 = recursive ? 0x1000 | 0x8000 : 0x1000
        try check(cl_mount_setattr(tree.rawValue, "", flags, attributes.rawValue, 0), "mount_setattr", path)
        return tree
    }

    private static func apply(_ option: String, to context: borrowing FD, type: String) throws(SystemError) {
        guard let equals = option.firstIndex(of: "=") else {
            try check(cl_fsconfig_flag(context.rawValue, option), "fsconfig", option)
            return
        }
        let key = String(option[..<equals])
        let value = String(option[option.index(after: equals)...])
        guard type == "overlay" && key == "lowerdir" else { return try set(context, key, value) }
        for layer in value.split(separator: ":") { try set(context, "lowerdir+", String(layer)) }
    }

    private static func set(_ context: borrowing FD, _ key: String, _ value: String) throws(SystemError) {
        try check(cl_fsconfig_string(context.rawValue, key, value), "fsconfig", "\(key)=\(value)")
    }
}

extension FD {
    /// Attaches a detached mount at a path (`move_mount(2)`), from where it is unmounted with `umount2(2)`.
    public borrowing func attach(at path: String) throws(SystemError) {
        try check(cl_move_mount_to(rawValue, -100, path), "move_mount", path)
    }
}
