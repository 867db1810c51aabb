#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The running program's own surroundings.
public enum CurrentProcess {
    public static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Nanoseconds since 1970.
    public static var home: String { variable("HOME") ?? "/" }

    public static func quit(_ code: Int32) -> Never { exit(code) }

    /// May read everything, whatever its mode.
    public static var isSuperuser: Bool { geteuid() == 0 }

    /// The process id.
    public static var number: Int32 { getpid() }

    /// The folder of the running program, links resolved; nil where the system does not tell.
    public static var programFolder: String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return nil }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }

    /// Becomes another program (`execv(3)`); returns only when that fails.
    public static func become(_ path: String, _ arguments: [String]) {
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        execv(path, &argv)
    }
}
