internal import LinuxSystem

/// Masked and read-only paths, and the read-only root: the last of the mounts, done inside the new root.
struct HiddenPaths: ~Copyable {
    private let root: RootDirectory

    init(_ root: consuming RootDirectory) { self.root = root }

    /// Hides files behind the container's `/dev/null`, directories behind an empty read-only tmpfs.
    func mask(_ paths: [String]) throws(StartFailure) {
        guard !paths.isEmpty else { return }
        var null: FDBox?
        var empty: FDBox?
        for path in paths {
            try doing("can't mask path \"\(path)\"") { () throws(SystemError) in
                guard let target = try open(path) else { return }
                if try target.fd.stat().kind == .directory {
                    // Before Linux 6.15 a mount can be copied only once it is attached.
                    if let empty {
                        try empty.fd.cloneMount(recursive: false).attachMount(onto: target.fd, subject: path)
                    } else {
                        let first = FDBox(try emptyDirectory())
                        try first.fd.attachMount(onto: target.fd, subject: path)
                        empty = first
                    }
                } else {
                    let device = if let null { null } else { FDBox(try verifiedNull()) }
                    try device.fd.cloneMount(recursive: false).attachMount(onto: target.fd, subject: path)
                    null = device
                }
            }
        }
    }

    func makeReadOnly(_ paths: [String]) throws(StartFailure) {
        for path in paths {
            try doing("can't make \"\(path)\" read-only") { () throws(SystemError) in
                guard let target = try open(path) else { return }
                let tree = try target.fd.cloneMount(recursive: true, subject: path)
                try tree.changeMount(recursive: false, set: .readOnly, subject: path)
                try tree.attachMount(onto: target.fd, subject: path)
            }
        }
    }

    func makeRootReadOnly() throws(StartFailure) {
        try doing("can't make the root read-only") { () throws(SystemError) in
            try root.fd.changeMount(recursive: false, set: .readOnly, subject: "/")
        }
    }

    /// Nil for what is not there: kernels differ in what they have.
    private func open(_ path: String) throws(SystemError) -> FDBox? {
        do {
            return FDBox(try root.open(path, .path))
        } catch {
            if error.errno == 2 || error.errno == 20 { return nil }
            throw error
        }
    }

    private func emptyDirectory() throws(SystemError) -> FD {
        try FD.newMount(type: "tmpfs", source: "tmpfs", parameters: ["size=0k", "mode=755"], attributes: .readOnly)
    }

    /// `/dev/null` by its device number, not by its name: an image can bring a link of that name along, and the mask
    /// would then give access to what it points at (CVE-2025-31133).
    private func verifiedNull() throws(SystemError) -> FD {
        let null = try root.fd.open("dev/null", [.path, .noFollow], resolve: [.inRoot, .noSymbolicLinks])
        guard try null.stat().isNullDevice else {
            throw SystemError(errno: 19, call: "open", subject: "/dev/null is not the null device")
        }
        return null
    }
}

extension FileStat {
    var isNullDevice: Bool { kind == .characterDevice && specialMajor == 1 && specialMinor == 3 }
}
