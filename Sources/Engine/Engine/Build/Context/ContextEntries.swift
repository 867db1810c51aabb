internal import LinuxSystem
internal import Primitives

/// One file of a build's context, or of an image that is copied from, with all that a copy of it and the cache's key for
/// that copy need.
struct ContextEntry: Sendable, Hashable {
    /// From the context's root, without a slash in front or behind.
    var path: RawPath
    var kind: FileStat.Kind
    /// Permission bits with set-user-id, set-group-id and sticky.
    var mode: UInt32
    /// Files of a context are all root's, as Docker has them copied.
    var uid: UInt32 = 0
    var gid: UInt32 = 0
    /// Bytes; 0 for all but files.
    var size: Int64
    var modified: FileTime
    /// Of a symbolic link.
    var target: RawPath?
    /// Of a device file: which device it stands for.
    var device: Device?
    /// Extended attributes, sorted by name.
    var attributes: [Attribute] = []
    /// SHA-256 of a file's content; see `ContentDigests` for sparse files.
    var digest: Digest?
    /// Files with the same number are one file with several names; nil for one with one name.
    var sharedInode: UInt64?

    struct Device: Sendable, Hashable {
        var major: UInt32
        var minor: UInt32
    }

    struct Attribute: Sendable, Hashable {
        var name: RawPath
        var value: [UInt8]
    }
}

/// The files of a context: each folder before what is in it, names of a folder in the order of their bytes. So a folder
/// with all that is below it is one slice.
struct ContextEntries: Sendable {
    let all: [ContextEntry]

    /// `all` has to be in that order.
    init(_ all: [ContextEntry]) { self.all = all }

    /// What has exactly this path; nil for the root, which has no entry.
    subscript(path: RawPath) -> ContextEntry? {
        let index = start(of: path)
        return index < all.count && all[index].path == path ? all[index] : nil
    }

    /// All below a folder, itself not among it; everything for the root (an empty path or `.`).
    func below(_ folder: RawPath) -> ArraySlice<ContextEntry> {
        guard !folder.isEmpty, folder != "." else { return all[...] }
        let start = start(of: folder)
        let isThere = start < all.count && all[start].path == folder
        let first = isThere ? start + 1 : start
        let end = all[first...].firstIndex { !Self.isBelow($0.path, folder) } ?? all.count
        return all[first..<end]
    }

    private static func isBelow(_ path: RawPath, _ folder: RawPath) -> Bool {
        path.count > folder.count && path.bytes.starts(with: folder.bytes)
            && path.bytes[path.bytes.startIndex + folder.count] == UInt8(ascii: "/")
    }

    /// The first that does not come before `path`.
    private func start(of path: RawPath) -> Int {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(all[middle].path, path) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Name by name: a slash comes before every byte of a name.
    static func precedes(_ left: RawPath, _ right: RawPath) -> Bool {
        for (first, second) in zip(left.bytes, right.bytes) where first != second {
            if first == UInt8(ascii: "/") { return true }
            if second == UInt8(ascii: "/") { return false }
            return first < second
        }
        return left.count < right.count
    }
}
