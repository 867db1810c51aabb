internal import CLinux

/// Content: size, holes, copies, durability.
extension FD {
    public borrowing func truncate(to size: Int64) throws(SystemError) {
        try check(cl_ftruncate(rawValue, size), "ftruncate")
    }

    /// Reads at `offset` without moving the file position; 0 is end of file (`pread(2)`).
    public borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(SystemError) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        return try check(cl_pread(rawValue, base, buffer.count, offset), "pread")
    }

    /// Writes everything at `offset` without moving the file position (`pwrite(2)`).
    public borrowing func writeAll(_ buffer: UnsafeRawBufferPointer, at offset: Int64) throws(SystemError) {
        var rest = buffer
        var place = offset
        while let base = rest.baseAddress, !rest.isEmpty {
            let count = try check(cl_pwrite(rawValue, base, rest.count, place), "pwrite")
            place += Int64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Has the kernel write a part of `file` to this descriptor (`sendfile(2)`), a blocking one; how many bytes. Fewer where the
    /// file ends before, and none where the kernel can't.
    ///
    /// A socket refers to the file's own pages: who writes to the file before they are read there changes what is read.
    public borrowing func writeAll(from file: borrowing FD, _ range: Range<Int64>) throws(SystemError) -> Int64 {
        var place = range.lowerBound
        while place < range.upperBound {
            let count = cl_sendfile(rawValue, file.rawValue, &place, Int(min(range.upperBound - place, 1 << 30)))
            // EINVAL, ENOSYS: not of this file, or not to this descriptor.
            if count == 0 || count == -22 || count == -38 { break }
            try check(count, "sendfile")
        }
        return place - range.lowerBound
    }

    /// Moves the file position (`lseek(2)` SEEK_SET).
    public borrowing func seek(to offset: Int64) throws(SystemError) {
        try check(cl_lseek(rawValue, offset, 0), "lseek")
    }

    /// Start of the next data at or after `offset`; nil when only a hole follows (`lseek(2)` SEEK_DATA).
    public borrowing func nextData(from offset: Int64) throws(SystemError) -> Int64? {
        let place = cl_lseek(rawValue, offset, 3)
        if place == -6 { return nil }
        return try check(place, "lseek")
    }

    /// Start of the next hole at or after `offset`; the end of the file counts as one (`lseek(2)` SEEK_HOLE).
    public borrowing func nextHole(from offset: Int64) throws(SystemError) -> Int64 {
        try check(cl_lseek(rawValue, offset, 4), "lseek")
    }

    /// Copies a range inside the kernel; bytes copied, 0 at end of file (`copy_file_range(2)`).
    /// Errors: EXDEV, EINVAL, EOPNOTSUPP where the file systems can't.
    public borrowing func copyRange(
        to target: borrowing FD, offset: Int64, count: Int
    ) throws(SystemError) -> Int {
        var from = offset
        var to = offset
        return try check(cl_copy_file_range(rawValue, &from, target.rawValue, &to, count), "copy_file_range")
    }

    /// Shares all of `source`'s extents (`ioctl_ficlone(2)`); EOPNOTSUPP or EXDEV where that isn't possible.
    public borrowing func cloneContent(of source: borrowing FD) throws(SystemError) {
        try check(cl_ficlone(rawValue, source.rawValue), "ficlone")
    }

    /// Content and metadata reach the disk (`fsync(2)`).
    public borrowing func sync() throws(SystemError) {
        try check(cl_fsync(rawValue), "fsync")
    }

    /// Everything of the file system that the file is on reaches the disk (`syncfs(2)`).
    public borrowing func syncFileSystem() throws(SystemError) {
        try check(cl_syncfs(rawValue), "syncfs")
    }
}
