internal import APIModel
internal import Primitives

/// Linux capabilities by name, and Docker's rules for `--cap-add` and `--cap-drop`.
enum CapabilitySet {
    /// In the kernel's order (`capabilities(7)`, `linux/capability.h`).
    static let all = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
        "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
        "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ]

    /// What every Docker container has.
    static let standard: Set<String> = [
        "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
        "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
    ]

    /// `CAP_…` names in the kernel's order. Errors: `badParameter` naming the unknown capability.
    static func resolve(add: [String], drop: [String], privileged: Bool) throws(EngineError) -> [String] {
        let added = try add.map { text throws(EngineError) in try parse(text, "add") }
        let dropped = try drop.map { text throws(EngineError) in try parse(text, "drop") }
        if privileged { return all.map { "CAP_" + $0 } }
        // "ALL" wins over what is added beside it, and over dropping all; else what is added wins over what is dropped.
        if added.contains("ALL") { return all.filter { !dropped.contains($0) }.map { "CAP_" + $0 } }
        let result = (dropped.contains("ALL") ? [] : standard).subtracting(dropped).union(added)
        return all.filter(result.contains).map { "CAP_" + $0 }
    }

    /// The name in upper case without `CAP_`, or `ALL`.
    private static func parse(_ text: String, _ verb: String) throws(EngineError) -> String {
        var name = text.uppercased()
        if name.hasPrefix("CAP_") { name.removeFirst(4) }
        guard name == "ALL" || all.contains(name) else {
            throw EngineError(.badParameter, "invalid Cap\(verb.capitalizedWord): unknown capability: \"CAP_\(name)\"")
        }
        return name
    }
}

extension String {
    /// The first letter in upper case.
    fileprivate var capitalizedWord: String { prefix(1).uppercased() + dropFirst() }
}
