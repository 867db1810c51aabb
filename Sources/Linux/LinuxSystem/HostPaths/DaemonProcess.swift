internal import CLinux
internal import Glibc

/// What a daemon asks of the kernel about itself.
public enum DaemonProcess {
    public static var pid: Int32 { getpid() }
    public static var isRoot: Bool { geteuid() == 0 }

    /// Whether a process of this number exists.
    public static func exists(_ pid: Int32) -> Bool { HostFile.exists("/proc/\(pid)") }

    /// The path of the running program, links resolved.
    public static var executable: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            cl_readlinkat(AT_FDCWD, "/proc/self/exe", $0.baseAddress!, $0.count)
        }
        return count > 0 ? String(decoding: buffer[..<Int(count)], as: UTF8.self) : ""
    }

    /// Writes to a peer that is gone fail with EPIPE instead of ending the process.
    public static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Blocks `signals` in this thread and all that it starts; they are taken with `nextSignal`.
    public static func hold(_ signals: [Int32]) {
        var set = Self.set(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for one of `signals` (`sigwait(3)`). Blocks its thread.
    public static func nextSignal(of signals: [Int32]) -> Int32 {
        var set = Self.set(signals)
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        return number
    }

    private static func set(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    /// The number of a group of the host's `/etc/group`; nil when there is none.
    public static func groupID(_ name: String) -> UInt32? {
        if let number = UInt32(name) { return number }
        let text = (try? HostFile.read("/etc/group")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count >= 3, fields[0] == name { return UInt32(fields[2]) }
        }
        return nil
    }

    /// Sets owner group and mode of a socket or file.
    public static func protect(_ path: String, group: UInt32?, mode: UInt32) throws(SystemError) {
        if let group { try check(cl_fchownat(AT_FDCWD, path, UInt32.max, group, 0), "chown", path) }
        try check(changeMode(of: path, mode), "chmod", path)
    }

    /// Tells systemd how things are (`sd_notify(3)`); nothing happens without NOTIFY_SOCKET.
    public static func notify(_ state: String) {
        guard let path = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }),
            path.hasPrefix("/") || path.hasPrefix("@")
        else { return }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < 107 else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { target in
            target.copyBytes(from: bytes)
            if bytes.first == UInt8(ascii: "@") { target[0] = 0 }
        }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(state.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                _ = sendto(socket, text, text.count, Int32(MSG_NOSIGNAL), target, length)
            }
        }
    }
}
