internal import LinuxSystem

/// What `/dev` holds (OCI runtime-spec "Default Devices"), made on the container's own tmpfs.
enum DeviceFiles {
    static let standard: [OCIDevice] = [
        OCIDevice(path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 0o666),
        OCIDevice(path: "/dev/zero", type: "c", major: 1, minor: 5, fileMode: 0o666),
        OCIDevice(path: "/dev/full", type: "c", major: 1, minor: 7, fileMode: 0o666),
        OCIDevice(path: "/dev/random", type: "c", major: 1, minor: 8, fileMode: 0o666),
        OCIDevice(path: "/dev/urandom", type: "c", major: 1, minor: 9, fileMode: 0o666),
        OCIDevice(path: "/dev/tty", type: "c", major: 5, minor: 0, fileMode: 0o666),
    ]

    static let links = [
        ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx"), ("core", "/proc/kcore"),
    ]

    /// Makes nodes and links. `binds`: in a user namespace nodes cannot be made, the host's are bound instead.
    static func make(_ devices: [OCIDevice], in root: borrowing ContainerRoot, binds: Bool) throws(StartFailure) {
        guard let dev = root.deviceFiles else { return }
        try doing("error creating /dev links") { () throws(SystemError) in
            for (name, target) in links { try link(name, target, in: dev.fd) }
        }
        let wanted = standard.filter { device in !devices.contains { $0.path == device.path } } + devices
        for device in wanted {
            try doing("error creating device nodes: \(device.path)") { () throws(SystemError) in
                if binds { try bind(device, in: root) } else { try make(device, in: root, dev: dev) }
            }
        }
    }

    private static func link(_ name: String, _ target: String, in dev: borrowing FD) throws(SystemError) {
        do {
            try dev.makeSymbolicLink(RawPath(name), to: RawPath(target))
        } catch {
            if error.errno != 17 { throw error }
        }
    }

    private static func make(
        _ device: OCIDevice, in root: borrowing ContainerRoot, dev: FDBox
    ) throws(SystemError) {
        let kind: FileStat.Kind = device.type == "b" ? .blockDevice : device.type == "p" ? .fifo : .characterDevice
        let parts = device.path.split(separator: "/")
        guard let name = parts.last else { throw SystemError(errno: 22, call: "mknod", subject: device.path) }
        guard let major = UInt32(exactly: device.major), let minor = UInt32(exactly: device.minor) else {
            throw SystemError(errno: 22, call: "mknod", subject: device.path)
        }
        let mode = device.fileMode ?? 0o666
        let entry = RawPath(String(name))
        if parts.count == 2 && parts[0] == "dev" {
            return try node(entry, kind, mode, major, minor, device, in: dev.fd)
        }
        let parent = "/" + parts.dropLast().joined(separator: "/")
        try node(entry, kind, mode, major, minor, device, in: try root.directory.open(parent, making: .directory))
    }

    private static func node(
        _ name: RawPath, _ kind: FileStat.Kind, _ mode: UInt32, _ major: UInt32, _ minor: UInt32, _ device: OCIDevice,
        in parent: borrowing FD
    ) throws(SystemError) {
        do {
            try parent.makeNode(name, kind: kind, mode: mode & 0o7777, major: major, minor: minor)
        } catch {
            // A link of the image pointing elsewhere is not followed by mknod; what is there already stays.
            guard error.errno == 17 else { throw error }
            return
        }
        let (uid, gid) = (device.uid ?? 0, device.gid ?? 0)
        if uid != 0 || gid != 0 { try parent.setOwner(name, uid: uid, gid: gid) }
    }

    private static func bind(_ device: OCIDevice, in root: borrowing ContainerRoot) throws(SystemError) {
        let source = try FD.open(at: RawPath(device.path), .path)
        let target = try root.directory.open(device.path, making: .file)
        try source.cloneMount(recursive: false, subject: device.path).attachMount(onto: target, subject: device.path)
    }
}
