import LinuxSystem
import Primitives

/// Can overlay be used here? Asked of the kernel, not of version numbers.
enum OverlayProbe {
    static let missingText =
        "'overlay' not found as a supported filesystem on this host. "
        + "Please ensure kernel is new enough and has overlay support loaded."

    /// Switches off what would write layers that only this kernel's overlay can read: the layer's tar is made from the
    /// upper directory alone. Only options that the running kernel knows.
    static func mountOptions() -> [String] {
        ["index", "redirect_dir", "metacopy"].filter { option in
            (try? FD.open(at: RawPath("/sys/module/overlay/parameters/\(option)"), .path)) != nil
        }.map { "\($0)=off" }
    }

    static func run(in folders: LayerFolders, backing: String, options: [String]) throws {
        if ["btrfs", "aufs", "zfs", "overlayfs", "ecryptfs", "nfs"].contains(backing) {
            throw EngineError(.notImplemented, "'overlay' is not supported over \(backing).")
        }
        let name = RawPath(".probe-\(String(UInt32.random(in: 0 ... .max), radix: 36))")
        try folders.root.fd.makeDirectory(name, mode: 0o700)
        defer { try? folders.root.fd.removeTree(name) }
        let folder = FDBox(try folders.root.fd.open(name, [.directory]))
        for part in ["lower", "upper", "work"] { try folder.fd.makeDirectory(RawPath(part), mode: 0o755) }
        _ = try folder.fd.open("lower/file", [.writeOnly, .create], mode: 0o600)
        guard try folder.fd.entries().allSatisfy({ $0.kind == .directory }) else {
            throw EngineError(
                .notImplemented, "'overlay' is not supported over \(backing): the file system does not store d_type")
        }
        try mount("\(folders.path)/\(name)", options)
        guard try folder.fd.statIfPresent("upper/file")?.isWhiteout == true else {
            throw EngineError(.notImplemented, "'overlay' is not supported over \(backing): it makes no whiteouts")
        }
    }

    /// Removes the lower file through a mount, which has to leave a whiteout in the upper directory.
    private static func mount(_ path: String, _ options: [String]) throws {
        let paths = ["lowerdir=\(path)/lower", "upperdir=\(path)/upper", "workdir=\(path)/work"]
        do {
            let root = try DetachedMount.make(type: "overlay", source: "overlay", options: paths + options)
            try root.unlink("file")
        } catch {
            // ENODEV
            if error.errno == 19 { throw EngineError(.notImplemented, missingText, cause: error) }
            throw EngineError(.notImplemented, "'overlay' cannot be used here: \(error)", cause: error)
        }
    }
}
