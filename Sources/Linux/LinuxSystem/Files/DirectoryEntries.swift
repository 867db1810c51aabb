internal import CLinux

/// One name in a directory.
public struct DirectoryEntry: Sendable, Hashable {
    public var name: RawPath
    public var inode: UInt64
    /// From the directory itself, so `.unknown` on file systems that do not store it there.
    public var kind: FileStat.Kind
}

extension FD {
    /// All names of this directory (not O_PATH) but `.` and `..`, in the file system's order (`getdents64(2)`).
    /// Starts over from the beginning at each call.
    public borrowing func entries() throws(SystemError) -> [DirectoryEntry] {
        try seek(to: 0)
        var result: [DirectoryEntry] = []
        var buffer = [UInt8](repeating: 0, count: 32_768)
        let fd = rawValue
        while true {
            let count = buffer.withUnsafeMutableBytes {
                cl_getdents64(fd, $0.baseAddress.unsafelyUnwrapped, $0.count)
            }
            if try check(count, "getdents64") == 0 { return result }
            buffer.withUnsafeBytes { Self.parse(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: &result) }
        }
    }

    /// Records of `struct linux_dirent64`: inode, offset, length (16 bit, at 16), type (at 18), name.
    private static func parse(_ records: UnsafeRawBufferPointer, into result: inout [DirectoryEntry]) {
        var start = 0
        while start + 19 < records.count {
            let length = Int(records.loadUnaligned(fromByteOffset: start + 16, as: UInt16.self))
            guard length > 19, start + length <= records.count else { return }
            let name = RawPath(UnsafeRawBufferPointer(rebasing: records[start + 19..<start + length]))
            if name != "." && name != ".." {
                let inode = records.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                let kind = FileStat.Kind(rawValue: UInt32(records[start + 18]) << 12) ?? .unknown
                result.append(DirectoryEntry(name: name, inode: inode, kind: kind))
            }
            start += length
        }
    }
}
