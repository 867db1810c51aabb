#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Signals differ in number between systems; their names travel.
public enum SignalName {
    private static let names: [Int32: String] = [
        SIGHUP: "HUP", SIGINT: "INT", SIGQUIT: "QUIT", SIGTRAP: "TRAP", SIGABRT: "ABRT", SIGUSR1: "USR1",
        SIGUSR2: "USR2",
        SIGALRM: "ALRM", SIGTERM: "TERM", SIGCONT: "CONT", SIGTSTP: "TSTP", SIGTTIN: "TTIN", SIGTTOU: "TTOU",
        SIGURG: "URG", SIGXCPU: "XCPU", SIGXFSZ: "XFSZ", SIGVTALRM: "VTALRM", SIGPROF: "PROF", SIGWINCH: "WINCH",
        SIGIO: "IO", SIGSYS: "SYS",
    ]

    /// `INT` for 2; the number itself for signals without a name.
    public static func of(_ number: Int32) -> String { names[number] ?? "\(number)" }
}
