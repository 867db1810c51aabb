internal import LinuxSystem
internal import Primitives

/// Where things go that can't be read: renamed, never deleted.
enum LostAndFound {
    /// Moves a file (and SQLite's companions of it) into the folder, under its name and the time.
    static func setAside(_ path: String, in folder: String) throws {
        try HostDirectory.makeAll(folder)
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        let moment = Timestamp.now().nanoseconds
        for suffix in ["", "-wal", "-shm"] where HostFile.exists(path + suffix) {
            try HostFile.rename(path + suffix, to: "\(folder)/\(name)-\(moment)\(suffix)")
        }
    }
}
