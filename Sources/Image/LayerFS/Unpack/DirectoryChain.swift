import LinuxSystem

/// Open directories from a root down to where the last entry was made: the next is mostly made nearby.
///
/// Every directory is opened from the one above it and links are not followed, so the kernel resolves one name at a
/// time. A part that is a symbolic link is resolved anew from the root with `RESOLVE_IN_ROOT`, which keeps it inside.
/// Whoever removes or replaces a directory or link calls `forget`.
final class DirectoryChain {
    private let root: FDBox
    private var names: [ArraySlice<UInt8>] = []
    private var directories: [FDBox] = []

    init(root: FDBox) { self.root = root }

    func forget() {
        names.removeAll(keepingCapacity: true)
        directories.removeAll(keepingCapacity: true)
    }

    /// The directory at `parts`. With `missing`, what is not there is made with that mode.
    func directory(_ parts: ArraySlice<ArraySlice<UInt8>>, makingMissing missing: UInt32? = nil) throws -> FDBox {
        var depth = 0
        for part in parts {
            if depth == names.count || names[depth] != part { break }
            depth += 1
        }
        names.removeSubrange(depth...)
        directories.removeSubrange(depth...)
        for part in parts.dropFirst(depth) {
            let name = RawPath(part)
            let next = try open(name, in: directories.last ?? root, missing: missing)
            names.append(part)
            directories.append(FDBox(next))
        }
        return directories.last ?? root
    }

    private func open(_ name: RawPath, in parent: FDBox, missing: UInt32?) throws(SystemError) -> FD {
        do {
            return try parent.fd.open(name, [.path, .directory, .noFollow])
        } catch {
            if error.errno == 2, let missing { return try make(name, in: parent, mode: missing) }
            guard error.errno == 20 || error.errno == 40 else { throw error }
            return try openThroughLink(name, in: parent)
        }
    }

    private func make(_ name: RawPath, in parent: FDBox, mode: UInt32) throws(SystemError) -> FD {
        try parent.fd.makeDirectory(name, mode: mode)
        try parent.fd.setMode(name, mode)
        return try parent.fd.open(name, [.path, .directory, .noFollow])
    }

    /// The link's own text is walked by the kernel, from the root and never out of it.
    private func openThroughLink(_ name: RawPath, in parent: FDBox) throws(SystemError) -> FD {
        var path = RawPath("")
        for part in names { path = path.appending(RawPath(part)) }
        return try root.fd.open(
            path.appending(name), [.path, .directory], resolve: [.inRoot, .noMagicLinks])
    }
}
