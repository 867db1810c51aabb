internal import CLinux

/// Subvolumes of btrfs (`btrfs-subvolume(8)`, `linux/btrfs.h`): directories with a tree of their own. A snapshot shares all
/// content, inode numbers and times with its source until one of them changes.
extension FD {
    /// The inode of every subvolume's root.
    public static let subvolumeInode: UInt64 = 256

    /// Makes an empty subvolume in this directory, mode 0755. Errors: ENOTTY where the file system is another one.
    public borrowing func makeSubvolume(_ name: RawPath) throws(SystemError) {
        let fd = rawValue
        try check(name.pass { cl_btrfs_create(fd, $0) }, "create subvolume", name.string)
    }

    /// Makes a writable snapshot of the subvolume `source` in this directory. It is on disk when this returns.
    public borrowing func makeSnapshot(_ name: RawPath, of source: borrowing FD) throws(SystemError) {
        let (fd, from) = (rawValue, source.rawValue)
        try check(name.pass { cl_btrfs_snapshot(from, fd, $0) }, "snapshot", name.string)
    }

    /// Removes the subvolume `name` of this directory with all files and all subvolumes in it. What nests them is their
    /// maker's choice, so this goes down anew for each: descriptors and stack do not grow with their number.
    public borrowing func removeSubvolume(_ name: RawPath) throws(SystemError) {
        let root = Subvolume(root: try openSubvolume(name))
        while let (directory, child) = try root.innermost() { try directory.fd.destroySubvolume(child) }
        try destroySubvolume(name)
    }

    /// Paths, from here, of the subvolumes that are in this subvolume, without those in them again. In a snapshot they are empty
    /// directories.
    public borrowing func subvolumes() throws(SystemError) -> [RawPath] {
        let root = Subvolume(root: FDBox(try duplicate()))
        var result: [RawPath] = []
        var next: UInt64 = 0
        while let child = try root.child(from: next) {
            result.append(try root.path(of: child.directory).appending(child.name))
            next = child.id + 1
        }
        return result
    }

    /// Bytes that the subvolume may refer to, what it shares with others among them. Switches the file system's accounts
    /// (quotas) on when they are off. Beyond it, writes fail with EDQUOT.
    public borrowing func limitSubvolume(to bytes: UInt64) throws(SystemError) {
        let status = cl_btrfs_limit(rawValue, bytes)
        // ENOTCONN, EINVAL: no accounts are kept.
        guard status == -107 || status == -22 else { return try checkLimit(status) }
        try enableSubvolumeAccounts()
        try checkLimit(cl_btrfs_limit(rawValue, bytes))
    }

    private borrowing func checkLimit(_ status: Int32) throws(SystemError) { try check(status, "limit subvolume") }

    public borrowing func enableSubvolumeAccounts() throws(SystemError) {
        try check(cl_btrfs_enable_quota(rawValue), "enable quotas")
    }

    fileprivate borrowing func openSubvolume(_ path: RawPath) throws(SystemError) -> FDBox {
        let fd = try open(path, [.directory, .noFollow], resolve: [.beneath, .noSymbolicLinks])
        // Read-only ones cannot lose what is in them.
        _ = cl_btrfs_make_writable(fd.rawValue)
        return FDBox(fd)
    }

    fileprivate borrowing func destroySubvolume(_ name: RawPath) throws(SystemError) {
        let fd = rawValue
        var id: UInt64 = 0
        // Newer kernels close the account with the subvolume, and there is none without quotas.
        if cl_btrfs_id(try open(name, [.directory, .noFollow]).rawValue, &id) == 0 {
            _ = cl_btrfs_remove_account(fd, id)
        }
        try check(name.pass { cl_btrfs_destroy(fd, $0) }, "remove subvolume", name.string)
    }
}

/// A subvolume on the way down.
private struct Subvolume {
    let root: FDBox

    /// A subvolume in this one that has none itself: the directory that it is in, and its name. Nil without any.
    func innermost() throws(SystemError) -> (directory: FDBox, name: RawPath)? {
        guard var found = try firstChild() else { return nil }
        while let next = try Subvolume(root: found.directory.fd.openSubvolume(found.name)).firstChild() { found = next }
        return found
    }

    private func firstChild() throws(SystemError) -> (directory: FDBox, name: RawPath)? {
        guard let child = try child(from: 0) else { return nil }
        let path = try path(of: child.directory)
        let directory = try root.fd.open(
            path.isEmpty ? "." : path, [.directory], resolve: [.beneath, .noSymbolicLinks])
        return (FDBox(directory), child.name)
    }

    /// The first subvolume in this one whose id is not below `from`; `directory` is the inode of what it is in.
    func child(from: UInt64) throws(SystemError) -> (id: UInt64, directory: UInt64, name: RawPath)? {
        var found = cl_btrfs_child_entry()
        guard try check(cl_btrfs_child(root.fd.rawValue, try id(), from, &found), "search subvolumes") > 0 else {
            return nil
        }
        return (found.subvolume, found.directory, RawPath(withUnsafeBytes(of: found.name) { Array($0) }))
    }

    /// From the subvolume's root, with a slash at its end; empty for that itself.
    func path(of directory: UInt64) throws(SystemError) -> RawPath {
        var buffer = [CChar](repeating: 0, count: Int(CL_BTRFS_PATH_SIZE))
        let (fd, id) = (root.fd.rawValue, try id())
        let status = buffer.withUnsafeMutableBufferPointer { buffer in
            cl_btrfs_path(fd, id, directory, buffer.baseAddress.unsafelyUnwrapped)
        }
        try check(status, "look up path")
        return RawPath(buffer.map { UInt8(bitPattern: $0) })
    }

    private func id() throws(SystemError) -> UInt64 {
        var id: UInt64 = 0
        try check(cl_btrfs_id(root.fd.rawValue, &id), "look up subvolume")
        return id
    }
}
