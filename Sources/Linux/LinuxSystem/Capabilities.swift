internal import CLinux

/// A set of capabilities (`capabilities(7)`), bit n being capability n.
public struct Capabilities: OptionSet, Sendable, Hashable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Names without `CAP_`, at the place of their number.
    public static let names = [
        "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
        "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
        "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
        "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
        "CHECKPOINT_RESTORE",
    ]

    /// One capability by name, with or without `CAP_`, in capitals; nil if there is none of that name.
    public init?(name: String) {
        let bare = name.hasPrefix("CAP_") ? String(name.dropFirst(4)) : name
        guard let number = Self.names.firstIndex(of: bare) else { return nil }
        self.init(rawValue: 1 << UInt64(number))
    }

    /// What there is to give: the bounding set (`PR_CAPBSET_READ`). What the kernel does not know, or somebody above has
    /// taken away, is not an error but nothing to give.
    public static func available() -> Capabilities {
        (0..<64).reduce(into: Capabilities()) { set, number in
            if cl_prctl(23, UInt(number), 0, 0, 0) == 1 { set.formUnion(Capabilities(rawValue: 1 << UInt64(number))) }
        }
    }

    /// Takes every other capability out of the bounding set for good (`PR_CAPBSET_DROP`).
    public func limitBoundingSet() throws(SystemError) {
        for number in 0..<UInt64(64) where rawValue & (1 << number) == 0 {
            let result = cl_prctl(24, UInt(number), 0, 0, 0)
            // EINVAL: past the kernel's last capability.
            if result == -22 { return }
            try check(result, "prctl", "PR_CAPBSET_DROP")
        }
    }

    /// Sets the thread's three sets (`capset(2)`).
    public static func set(
        effective: Capabilities, permitted: Capabilities, inheritable: Capabilities
    ) throws(SystemError) {
        try check(cl_capset(effective.rawValue, permitted.rawValue, inheritable.rawValue), "capset")
    }

    /// Replaces the ambient set (`PR_CAP_AMBIENT`, Linux 4.3). Each must be permitted and inheritable.
    public func setAmbient() throws(SystemError) {
        try check(cl_prctl(47, 4, 0, 0, 0), "prctl", "PR_CAP_AMBIENT_CLEAR_ALL")
        for number in 0..<UInt64(64) where rawValue & (1 << number) != 0 {
            try check(cl_prctl(47, 2, UInt(number), 0, 0), "prctl", "PR_CAP_AMBIENT_RAISE")
        }
    }
}

/// Resource limits by the names OCI gives them.
public enum ResourceLimit {
    /// `RLIMIT_*` name → number on x86-64 and arm64 (`asm-generic/resource.h`).
    public static func number(of name: String) -> Int32? {
        let names = [
            "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC",
            "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
        ]
        return names.firstIndex(of: name).map(Int32.init)
    }
}
