internal import LinuxSystem
internal import Primitives

/// Where things go that can't be read: renamed, never deleted.
enum LostAndFound {
    /// Moves a file (and SQLite's companions of it) into the folder, under its name and the time.
    static func setAside(_ path: String, in folder: String) throws {
        let suffixes = ["", "-wal", "-shm"].filter { HostFile.exists(path + $0) }
        guard !suffixes.isEmpty else { return }
        try HostDirectory.makeAll(folder)
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        let moment = Timestamp.now().nanoseconds
        for suffix in suffixes {
            try HostFile.rename(path + suffix, to: "\(folder)/\(name)-\(moment)\(suffix)")
        }
    }
}
