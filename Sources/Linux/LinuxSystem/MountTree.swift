internal import CLinux

/// How mounts and unmounts travel between copies of a mount (`mount_namespaces(7)`).
public enum MountPropagation: UInt64, Sendable {
    case unbindable = 0x2_0000
    case `private` = 0x4_0000
    case slave = 0x8_0000
    case shared = 0x10_0000
}

extension MountAttributes {
    public static let strictAccessTime = MountAttributes(rawValue: 0x20)
    public static let noDirectoryAccessTime = MountAttributes(rawValue: 0x80)
    public static let noSymbolicLinks = MountAttributes(rawValue: 0x20_0000)
    /// All bits that choose when access times are written; to change one, all are cleared.
    public static let accessTimeChoice = MountAttributes(rawValue: 0x70)
}

/// The calling process's mount tree.
public enum MountTree {
    /// Changes propagation of the mount at `path`, and of all below it (`mount(2)`).
    public static func setPropagation(
        _ propagation: MountPropagation, at path: String, recursive: Bool
    ) throws(SystemError) {
        let flags = UInt(propagation.rawValue) | (recursive ? 0x4000 : 0)
        try check(cl_mount(nil, path, nil, flags, nil), "mount", path)
    }

    /// The classic call, for what the newer ones cannot say. `data` is at most a page.
    public static func mount(
        _ source: String, at target: String, type: String, flags: UInt = 0, data: String = ""
    ) throws(SystemError) {
        try check(cl_mount(source, target, type, flags, data), "mount", target)
    }

    /// Takes away the mount at `path`, at once or when nobody uses it any more (MNT_DETACH). Follows no link.
    public static func unmount(_ path: String, detach: Bool = false) throws(SystemError) {
        try check(cl_umount(path, detach ? 2 | 8 : 8), "umount2", path)
    }

    /// Makes the mount behind `root` the root of the calling process's mount namespace and lets go of the old tree.
    ///
    /// No directory for the old root is needed: `pivot_root(".", ".")` stacks the old root on the new one's place
    /// (`man 2 pivot_root`). It is made a slave first, so that the host does not lose the mounts that leave here.
    public static func enter(_ root: borrowing FD) throws(SystemError) {
        let old = try FD.open(at: "/", [.path, .directory])
        try check(cl_fchdir(root.rawValue), "fchdir", "the new root")
        try check(cl_pivot_root(".", "."), "pivot_root")
        try check(cl_fchdir(old.rawValue), "fchdir", "the old root")
        try check(cl_change_mount(old.rawValue, 1, 0, 0, MountPropagation.slave.rawValue), "mount_setattr", "/")
        try check(cl_umount(".", 2), "umount2", "the old root")
        try check(cl_chdir("/"), "chdir", "/")
    }
}

extension FD {
    /// A file system context: `parameters` are `key=value` or flags (`fsopen(2)`, `fsconfig(2)`, `fsmount(2)`;
    /// Linux 5.2). The answer is the root of a mount that is attached nowhere.
    public static func newMount(
        type: String, source: String, parameters: [Substring], attributes: MountAttributes
    ) throws(SystemError) -> FD {
        let context = FD(owning: try check(cl_fsopen(type), "fsopen", type))
        if !source.isEmpty { try check(cl_fsconfig_string(context.rawValue, "source", source), "fsconfig", source) }
        for parameter in parameters { try context.configure(parameter) }
        try check(cl_fsconfig_create(context.rawValue), "fsconfig", type)
        return FD(owning: try check(cl_fsmount(context.rawValue, attributes.rawValue), "fsmount", type))
    }

    private borrowing func configure(_ parameter: Substring) throws(SystemError) {
        guard let equals = parameter.firstIndex(of: "=") else {
            try check(cl_fsconfig_flag(rawValue, String(parameter)), "fsconfig", String(parameter))
            return
        }
        let (key, value) = (String(parameter[..<equals]), String(parameter[parameter.index(after: equals)...]))
        try check(cl_fsconfig_string(rawValue, key, value), "fsconfig", String(parameter))
    }

    /// A copy of the mount this descriptor is in, starting at the file it names (`open_tree(2)`).
    public borrowing func cloneMount(recursive: Bool, subject: String = "") throws(SystemError) -> FD {
        FD(owning: try check(cl_clone_mount(rawValue, "", recursive ? 0x8000 : 0), "open_tree", subject))
    }

    /// Attaches this detached mount onto exactly the file or directory `target` (`move_mount(2)`): by descriptors on
    /// both sides, so no link can lead it elsewhere.
    public borrowing func attachMount(onto target: borrowing FD, subject: String = "") throws(SystemError) {
        try check(cl_attach_mount(rawValue, target.rawValue), "move_mount", subject)
    }

    /// Changes attributes and propagation of the mount this descriptor is the root of (`mount_setattr(2)`).
    public borrowing func changeMount(
        recursive: Bool, set: MountAttributes = [], clear: MountAttributes = [], propagation: MountPropagation? = nil,
        subject: String = ""
    ) throws(SystemError) {
        let result = cl_change_mount(
            rawValue, recursive ? 1 : 0, set.rawValue, clear.rawValue, propagation?.rawValue ?? 0)
        try check(result, "mount_setattr", subject)
    }
}
