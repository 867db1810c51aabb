public import LinuxSystem

/// The content of one file, holes kept.
public enum ContentCopy {
    /// A piece, in bytes, before which `check` may end it.
    private static let piece: Int64 = 64 << 20

    /// Contents are shared where the file system can (`ioctl_ficlone(2)`), and copied inside the kernel where it can't.
    /// Errors: the kernel's, and what `check` throws.
    public static func copy(
        from source: borrowing FD, to target: borrowing FD, size: Int64, check: () throws -> Void = {}
    ) throws {
        guard size > 0 else { return }
        do {
            return try target.cloneContent(of: source)
        } catch {
            // EOPNOTSUPP, EXDEV, EINVAL, ENOTTY: not on these file systems.
            guard [95, 18, 22, 25].contains(error.errno) else { throw error }
        }
        var place: Int64 = 0
        while place < size, let start = try source.nextData(from: place) {
            let end = min(size, try source.nextHole(from: start))
            try copyRange(from: source, to: target, start..<max(start, end), check)
            place = max(end, start + 1)
        }
        try target.truncate(to: size)
    }

    private static func copyRange(
        from source: borrowing FD, to target: borrowing FD, _ range: Range<Int64>, _ check: () throws -> Void
    ) throws {
        var place = range.lowerBound
        while place < range.upperBound {
            try check()
            do {
                let count = Int(min(range.upperBound - place, piece))
                let copied = try source.copyRange(to: target, offset: place, count: count)
                if copied == 0 { return }
                place += Int64(copied)
            } catch {
                guard [95, 18, 22, 38].contains(error.errno) else { throw error }
                return try copyByHand(from: source, to: target, place..<range.upperBound, check)
            }
        }
    }

    private static func copyByHand(
        from source: borrowing FD, to target: borrowing FD, _ range: Range<Int64>, _ check: () throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        var place = range.lowerBound
        while place < range.upperBound {
            try check()
            let room = Int(min(Int64(buffer.count), range.upperBound - place))
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: place)
            if count == 0 { return }
            try target.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: place)
            place += Int64(count)
        }
    }
}
