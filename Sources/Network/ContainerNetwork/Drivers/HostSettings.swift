internal import LinuxSystem

/// Settings under `/proc/sys/net` of the calling thread's network namespace.
enum HostSettings {
    /// Writes one if it is not so already. Errors: as `open(2)` and `write(2)`.
    static func set(_ key: String, _ value: String) throws(SystemError) {
        let path = "/proc/sys/net/" + key
        if let current = try? HostFile.read(path, limit: 4096), current == Array((value + "\n").utf8) { return }
        let file = try FD.open(at: RawPath(path), .writeOnly)
        try file.writeAll(Array(value.utf8))
    }
}
