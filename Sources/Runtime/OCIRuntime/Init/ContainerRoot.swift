internal import Cgroups
internal import LinuxSystem
internal import Primitives

/// The container's root file system while it is being made, seen from outside of it.
///
/// Everything is mounted by descriptor: the target is opened inside the root (`RootDirectory`), the mount is made
/// detached, and `move_mount(2)` joins the two. A link that another container swaps into a shared volume meanwhile
/// (CVE-2021-30465) has no name left to redirect.
struct ContainerRoot: ~Copyable {
    let directory: RootDirectory
    /// The procfs that was mounted on `/proc`, and the file systems of `/dev` and `/dev/pts`, if any.
    var proc: FDBox?
    var deviceFiles: FDBox?

    /// Mounts the root file system on `plan.spec.root.path`.
    init(_ plan: LaunchPlan) throws(StartFailure) {
        let path = plan.spec.root?.path ?? "rootfs"
        let propagation: (MountPropagation, recursive: Bool) = try Self.propagation(plan.linux.rootfsPropagation)
        let root = try doing("error preparing the root file system") { () throws(SystemError) -> FD in
            // First of all: nothing that is mounted from here on may be seen by the host.
            try MountTree.setPropagation(propagation.0, at: "/", recursive: propagation.recursive)
            // Nor the root file system itself, and pivot_root(2) wants its parent private.
            if propagation.0 == .shared { try MountTree.makePrivate(around: ".") }
            if let layers = plan.rootLayers { return try Self.mountRoot(layers, at: path) }
            return try Self.mountRoot(try Self.detachRoot(plan.config.rootMounts), at: path)
        }
        directory = RootDirectory(root)
    }

    private static func mountRoot(_ mounts: [FDBox], at path: String) throws(SystemError) -> FD {
        for mount in mounts { try place(mount.fd, at: path) }
        if let last = mounts.last { return try last.fd.duplicate() }
        // pivot_root wants a mount point.
        let tree = try FD.open(at: RawPath(path), [.path, .directory]).cloneMount(recursive: true, subject: path)
        try place(tree, at: path)
        return tree
    }

    /// The root file system, attached nowhere yet. With a new user namespace the shim has to make it before the
    /// child is born: the child would not have the rights, and overlay would be read-only to it.
    static func detachRoot(_ mounts: [Mount]) throws(SystemError) -> [FDBox] {
        var result: [FDBox] = []
        for mount in mounts { result.append(FDBox(try detached(mount))) }
        return result
    }

    private static func detached(_ mount: Mount) throws(SystemError) -> FD {
        let options = MountOptions(mount.options)
        guard options.bind || mount.type == "bind" else {
            return try DetachedMount.make(type: mount.type, source: mount.source, options: mount.options)
        }
        let source = try FD.open(at: RawPath(mount.source), [.path, .directory])
        let tree = try source.cloneMount(recursive: options.recursiveBind, subject: mount.source)
        try tree.changeMount(recursive: false, set: options.set, clear: options.clear, subject: mount.source)
        return tree
    }

    /// The root is private: `pivot_root(2)` refuses a shared one, and it is nobody else's to see.
    private static func place(_ mount: borrowing FD, at path: String) throws(SystemError) {
        try mount.attach(at: path)
        try mount.changeMount(recursive: true, propagation: .private, subject: path)
    }

    private static func propagation(_ name: String) throws(StartFailure) -> (MountPropagation, recursive: Bool) {
        switch name {
        case "", "rslave": (.slave, true)
        case "slave": (.slave, false)
        case "private": (.private, false)
        case "rprivate": (.private, true)
        case "shared": (.shared, false)
        case "rshared": (.shared, true)
        default: throw StartFailure(.other, "rootfsPropagation=\(name) is not supported")
        }
    }
}

extension ContainerRoot {
    /// Mounts everything of the specification, in its order.
    mutating func mountAll(_ plan: LaunchPlan, _ group: ControlGroup?) throws(StartFailure) {
        for mount in plan.spec.mounts { try self.mount(mount, plan, group) }
    }

    private mutating func mount(
        _ mount: OCIMount, _ plan: LaunchPlan, _ group: ControlGroup?
    ) throws(StartFailure) {
        let options = MountOptions(mount.options)
        let isBind = options.bind || mount.type == "bind"
        try ProcMountRule.check(mount, isBind: isBind)
        let context = "error mounting \"\(mount.source)\" to rootfs at \"\(mount.destination)\""
        if isBind {
            try doing(context) { () throws(SystemError) in try bind(mount, options) }
        } else if mount.type == "cgroup" || mount.type == "cgroup2" {
            let tree = CgroupTree(
                group: group, hasNamespace: plan.newNamespaces.contains(.cgroup), mount: mount, options: options)
            try tree.mount(in: directory)
        } else {
            try doing(context) { () throws(SystemError) in try make(mount, options) }
        }
    }

    private func bind(_ mount: OCIMount, _ options: MountOptions) throws(SystemError) {
        let source = try FD.open(at: RawPath(mount.source), .path)
        let isDirectory = try source.stat().kind == .directory
        let target = try directory.open(mount.destination, making: isDirectory ? .directory : .file)
        try ProcMountRule.check(target, for: mount)
        let tree = try source.cloneMount(recursive: options.recursiveBind, subject: mount.source)
        try tree.apply(options)
        try tree.attachMount(onto: target, subject: mount.destination)
        // A mount's place decides about its peers too, so propagation comes after it has one.
        try tree.propagate(options)
    }

    private mutating func make(_ mount: OCIMount, _ options: MountOptions) throws(SystemError) {
        let target: FD
        if mount.type == "proc" || mount.type == "sysfs" {
            target = try plainDirectory(mount)
        } else {
            target = try directory.open(mount.destination, making: .directory)
            try ProcMountRule.check(target, for: mount)
        }
        // /dev is filled by us before it may become read-only.
        let isDevice = mount.destination == "/dev"
        let attributes = isDevice ? options.set.subtracting(.readOnly) : options.set
        let made = try FD.newMount(
            type: mount.type, source: mount.source, parameters: options.parameters, attributes: attributes)
        try made.attachMount(onto: target, subject: mount.destination)
        try made.propagate(options)
        if mount.type == "proc" && mount.destination == "/proc" {
            proc = FDBox(made)
        } else if isDevice {
            deviceFiles = FDBox(made)
        }
    }

    /// procfs and sysfs go onto ordinary directories only: mounted through a link of the image, the checks that later
    /// trust `/proc` would look somewhere else (CVE-2019-19921).
    private func plainDirectory(_ mount: OCIMount) throws(SystemError) -> FD {
        let name = RawPath(String(mount.destination.drop { $0 == "/" }))
        do {
            return try directory.fd.open(name, [.path, .directory], resolve: [.inRoot, .noSymbolicLinks])
        } catch {
            if error.errno == 2 { return try directory.open(mount.destination, making: .directory) }
            throw SystemError(errno: error.errno, call: "\(mount.type) must be mounted on an ordinary directory")
        }
    }
}

extension FD {
    borrowing func apply(_ options: MountOptions) throws(SystemError) {
        if !options.set.isEmpty || !options.clear.isEmpty {
            try changeMount(recursive: false, set: options.set, clear: options.clear)
        }
        if !options.recursiveSet.isEmpty || !options.recursiveClear.isEmpty {
            try changeMount(recursive: true, set: options.recursiveSet, clear: options.recursiveClear)
        }
    }

    borrowing func propagate(_ options: MountOptions) throws(SystemError) {
        guard let propagation = options.propagation else { return }
        try changeMount(recursive: options.propagatesRecursively, propagation: propagation)
    }
}
