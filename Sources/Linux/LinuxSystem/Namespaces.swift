internal import CLinux

/// Kinds of namespaces, with the bits of `clone(2)` and `setns(2)`.
public struct Namespaces: OptionSet, Sendable, Hashable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let mount = Namespaces(rawValue: 0x0002_0000)
    public static let cgroup = Namespaces(rawValue: 0x0200_0000)
    public static let uts = Namespaces(rawValue: 0x0400_0000)
    public static let ipc = Namespaces(rawValue: 0x0800_0000)
    public static let user = Namespaces(rawValue: 0x1000_0000)
    public static let pid = Namespaces(rawValue: 0x2000_0000)
    public static let network = Namespaces(rawValue: 0x4000_0000)
    public static let time = Namespaces(rawValue: 0x0000_0080)

    /// The name under `/proc/<pid>/ns`; nil unless exactly one kind is set.
    public var fileName: String? {
        switch self {
        case .mount: "mnt"
        case .cgroup: "cgroup"
        case .uts: "uts"
        case .ipc: "ipc"
        case .user: "user"
        case .pid: "pid"
        case .network: "net"
        case .time: "time"
        default: nil
        }
    }

    /// Moves the calling thread into new namespaces of these kinds (`unshare(2)`).
    public func unshare() throws(SystemError) {
        try check(cl_unshare(rawValue), "unshare")
    }

    /// Moves the calling thread into namespaces of `target`: a namespace's descriptor, or a pidfd (Linux 5.8), of
    /// whose process all these kinds are joined at once. A pid namespace takes effect for later children only
    /// (`setns(2)`).
    public func join(_ target: borrowing FD, subject: String = "") throws(SystemError) {
        try check(cl_setns(target.rawValue, rawValue), "setns", subject)
    }
}
