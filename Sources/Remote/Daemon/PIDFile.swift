internal import LinuxSystem
internal import Primitives

/// `--pidfile`: says which process has the daemon, and refuses a second one.
struct PIDFile {
    private let path: String

    /// Errors: `conflict` when the process that the file names exists.
    init(path: String) throws {
        self.path = path
        guard !path.isEmpty else { return }
        if let bytes = try? HostFile.read(path, limit: 64),
            let pid = Int32(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber }),
            pid != DaemonProcess.pid, DaemonProcess.exists(pid)
        {
            throw EngineError(.conflict, "pid file found, ensure docker is not running or delete \(path)")
        }
        try HostDirectory.makeAll(HostDirectory.parent(of: path), mode: 0o755)
        try HostFile.write(path, Array("\(DaemonProcess.pid)".utf8), mode: 0o644)
    }

    func remove() {
        if !path.isEmpty { try? HostFile.remove(path) }
    }
}
