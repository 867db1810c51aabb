internal import Glibc

/// The pages of code that this process has mapped.
public enum CodePages {
    /// Unmaps what is mapped of programs and libraries (`MADV_DONTNEED`, madvise(2)); what is used again comes back from the
    /// page cache, sixteen pages at a time.
    ///
    /// A start touches far more code than the work after it does, and work more than waiting. Only read-only, executable
    /// file mappings are touched: they have no page of our own.
    public static func release() {
        guard let maps = try? FD.open(at: "/proc/self/maps", .readOnly).readAll(limit: 4 << 20) else { return }
        for line in maps.split(separator: UInt8(ascii: "\n")) {
            guard let range = Self.code(String(decoding: line, as: UTF8.self)) else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// `55d0c0a00000-55d0c1200000 r-xp 00000000 fe:00 123 /usr/bin/x`: the addresses, if it is a file's code.
    static func code(_ line: String) -> Range<UInt>? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }
}
