internal import LinuxSystem

/// What may be mounted on and below `/proc`.
///
/// A container that could replace files there could make the runtime write its security settings into a file of its
/// choice (CVE-2019-16884). The exceptions are what lxcfs and friends put there.
enum ProcMountRule {
    static let allowed: Set<String> = [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime",
        "/proc/loadavg", "/proc/slabinfo", "/proc/net/dev", "/proc/sys/kernel/ns_last_pid",
        "/proc/sys/crypto/fips_enabled",
    ]

    static func check(_ mount: OCIMount, isBind: Bool) throws(StartFailure) {
        let parts = clean(mount.destination)
        guard parts.first == "proc" else { return }
        let path = "/" + parts.joined(separator: "/")
        if parts.count == 1 {
            // Another process's procfs may be bound here as a whole, nothing else.
            if mount.type == "proc" || (isBind && clean(mount.source) == ["proc"]) { return }
            throw StartFailure(.other, "\"\(mount.destination)\" cannot be mounted because it is not of type proc")
        }
        if isBind && allowed.contains(path) { return }
        throw StartFailure(.other, "\"\(mount.destination)\" cannot be mounted because it is inside /proc")
    }

    /// What a destination turned out to be: a link of the image may have led into procfs.
    static func check(_ target: borrowing FD, for mount: OCIMount) throws(SystemError) {
        guard try target.fileSystem().type == 0x9fa0 else { return }
        let path = "/" + clean(mount.destination).joined(separator: "/")
        if path == "/proc" || allowed.contains(path) { return }
        throw SystemError(errno: 1, call: "mount", subject: "\(mount.destination) is inside /proc")
    }

    /// Components without `.` and `..`, so that `/x/../proc` is seen for what it is.
    private static func clean(_ path: String) -> [Substring] {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts
    }
}
