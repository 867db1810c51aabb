import LinuxSystem

/// A name from an archive, cleaned as Go's `filepath.Clean` does under `/`: no `.`, no `..`, no empty parts.
struct EntryPath {
    /// Parts from the root; empty for the root itself.
    var parts: [ArraySlice<UInt8>]

    /// Nil when `..` leads out of the root.
    init?(_ name: [UInt8], relativeTo base: [ArraySlice<UInt8>] = []) {
        parts = base
        var start = 0
        // Hot: `split` would make an array of slices for every name only to be looked through again.
        for index in 0...name.count where index == name.count || name[index] == 0x2f {
            defer { start = index + 1 }
            let length = index - start
            if length == 0 || (length == 1 && name[start] == 0x2e) { continue }
            guard length == 2, name[start] == 0x2e, name[start + 1] == 0x2e else {
                parts.append(name[start..<index])
                continue
            }
            if parts.isEmpty { return nil }
            parts.removeLast()
        }
    }

    /// The same below a directory.
    func below(_ base: RawPath) -> EntryPath {
        guard !base.isEmpty, var path = EntryPath(Array(base.bytes)) else { return self }
        path.parts += parts
        return path
    }

    var isRoot: Bool { parts.isEmpty }
    var parents: ArraySlice<ArraySlice<UInt8>> { parts.dropLast() }
    /// The last part; empty for the root.
    var base: RawPath { RawPath(parts.last ?? []) }
}
