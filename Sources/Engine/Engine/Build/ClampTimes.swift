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
        let root = RootDirectory(try engine.openRoot(of: id))
        for change in changes where change.kind != .deleted {
            let parts = change.path.split(separator: "/")
            guard let name = parts.last else { continue }
            // Changes are told by their own names: none of the folders is a link.
            let folder = try root.open("/" + parts.dropLast().joined(separator: "/"), [.path, .directory])
            guard let stat = try folder.statIfPresent(RawPath(String(name))), stat.modified > latest else { continue }
            try folder.setTimes(RawPath(String(name)), accessed: latest, modified: latest)
        }
    }
}
