#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
internal import Primitives

/// The pages of code that this process has mapped, where the system tells of them (`/proc/self/maps`).
enum CodePages {
    /// Unmaps what is mapped of programs and libraries (`MADV_DONTNEED`, madvise(2)); what is used again comes back from the
    /// page cache, sixteen pages at a time.
    ///
    /// A start touches far more code than the work after it does, and work more than waiting. Only read-only, executable
    /// file mappings are touched: they have no page of our own.
    static func release() {
        guard let maps = try? Self.maps() else { return }
        for line in maps.split(separator: UInt8(ascii: "\n")) {
            guard let range = Self.code(String(decoding: line, as: UTF8.self)) else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    private static func maps() throws(EngineError) -> [UInt8] {
        let file = try Connection.file("/proc/self/maps")
        defer { file.closeNow() }
        var bytes: [UInt8] = []
        while bytes.count < 4 << 20 {
            let more = try file.read()
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
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
