internal import LinuxSystem

/// Writes into procfs: only through a descriptor of a file system that is procfs beyond doubt, crossing no mount and
/// no link, so that a write can not end up in a file of the image (CVE-2019-16884, CVE-2025-52881).
struct KernelSettings {
    /// The root of a procfs mount.
    let proc: FDBox

    init(proc: FDBox) throws(StartFailure) {
        self.proc = proc
        let magic = try doing("/proc") { () throws(SystemError) in try proc.fd.fileSystem().type }
        guard magic == 0x9fa0 else { throw StartFailure(.other, "/proc is not a procfs") }
    }

    /// A procfs of our own, attached nowhere, of the caller's pid namespace.
    static func detached() throws(StartFailure) -> KernelSettings {
        let mount = try doing("/proc") { () throws(SystemError) in
            try FD.newMount(type: "proc", source: "proc", parameters: [], attributes: [])
        }
        return try KernelSettings(proc: FDBox(mount))
    }

    /// `net.ipv4.ip_forward` or `net/ipv4/ip_forward`, as sysctl(8).
    func set(_ name: String, to value: String) throws(StartFailure) {
        let path = Self.path(of: name)
        try doing("write sysctl key \(name)") { () throws(SystemError) in
            let settings = try proc.fd.open(
                "sys", [.path, .directory], resolve: [.beneath, .noMountCrossing, .noSymbolicLinks])
            try Self.write(value, to: path, below: settings)
        }
    }

    /// In the first form dots separate, in the second they are part of a name (an interface `eth0.1`).
    static func path(of name: String) -> String {
        guard let separator = name.first(where: { $0 == "." || $0 == "/" }), separator == "." else { return name }
        return String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
    }

    func write(_ value: String, to path: String) throws(SystemError) {
        try Self.write(value, to: path, below: proc.fd)
    }

    private static func write(_ value: String, to path: String, below folder: borrowing FD) throws(SystemError) {
        let file = try folder.open(
            RawPath(path), .writeOnly, resolve: [.beneath, .noMountCrossing, .noMagicLinks])
        try file.writeAll(Array(value.utf8))
    }
}

extension KernelSettings {
    /// Security modules' labels for the program that is executed next; empty ones are left alone.
    func label(profile: String, selinux: String) throws(StartFailure) {
        if !profile.isEmpty {
            try doing("apply apparmor profile \(profile)") { () throws(SystemError) in
                try writeAttribute("exec \(profile)", "apparmor/exec", "exec")
            }
        }
        if !selinux.isEmpty {
            try doing("apply selinux label \(selinux)") { () throws(SystemError) in
                try writeAttribute(selinux, "exec", "exec")
            }
        }
    }

    /// `/proc/thread-self/attr`: `apparmor/` is there since Linux 5.8, the shared file before.
    private func writeAttribute(_ value: String, _ name: String, _ fallback: String) throws(SystemError) {
        do {
            try write(value, to: "thread-self/attr/\(name)")
        } catch {
            guard error.errno == 2, name != fallback else { throw error }
            try write(value, to: "thread-self/attr/\(fallback)")
        }
    }
}
