internal import ImageStore
internal import LayerFS
internal import LinuxSystem
internal import Primitives

extension BuildSession {
    /// Blocking. With `SOURCE_DATE_EPOCH`: what a step has made or changed is no younger than that.
    func clampTimes(of id: String, without unseen: Set<String> = []) throws {
        guard let latestTime else { return }
        let latest = FileTime(seconds: latestTime.seconds)
        let changes = try engine.images.changes(containerLayer: id, without: unseen)
        let root = try engine.openRoot(of: id)
        for change in changes where change.kind != .deleted {
            let path = change.place.bytes.dropFirst()
            let slash = path.lastIndex(of: UInt8(ascii: "/"))
            let name = RawPath(slash.map { path[($0 + 1)...] } ?? path)
            // Changes are told by their own names: none of the folders is a link.
            let folder = try root.open(
                slash.map { RawPath(path[..<$0]) } ?? ".", [.path, .directory], resolve: [.inRoot, .noSymbolicLinks])
            guard let stat = try folder.statIfPresent(name), stat.modified > latest else { continue }
            try folder.setTimes(name, accessed: latest, modified: latest)
        }
    }
}
