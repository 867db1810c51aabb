internal import CLinux
internal import Glibc
internal import Synchronization

/// A program of the host that runs beside this process, with an empty input; what it prints, errors included, can be
/// asked for at its end. It has a process group of its own, so that its children end with it.
public final class StartedProgram: Sendable {
    public struct Outcome: Sendable {
        /// 128 and the signal's number when a signal ended it.
        public var exitCode: Int32
        /// The last bytes that it printed, `limit` at most.
        public var output: [UInt8]
    }

    /// 0 once it has been waited for: its number may be another's by then.
    private let pid: Mutex<pid_t>
    private let output: FDBox

    /// Starts a program that is looked for in `PATH`; `environment` is `NAME=value` lines (`posix_spawnp(3)`).
    ///
    /// Errors: ENOENT when there is no such program.
    public init(_ program: String, _ arguments: [String], environment: [String]) throws(SystemError) {
        let pipe = try Pipe()
        pid = Mutex(try Self.spawn(program, arguments, environment, output: pipe.writer))
        output = FDBox(pipe.intoReader())
    }

    /// Reads what it prints, and waits for its end. Blocks; once.
    public func wait(limit: Int = 64 << 10) throws(SystemError) -> Outcome {
        let bytes = Result { () throws(SystemError) in try read(limit: limit) }
        if case .failure = bytes { kill() }
        var status: Int32 = 0
        let child = pid.withLock { $0 }
        // Waited for without being reaped first, so that `kill` never meets another's number.
        var info = siginfo_t()
        while waitid(P_PID, id_t(child), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR {}
        pid.withLock { pid in
            while waitpid(child, &status, 0) < 0 && errno == EINTR {}
            pid = 0
        }
        let signal = status & 0x7f
        return Outcome(exitCode: signal == 0 ? status >> 8 & 0xff : 128 + signal, output: try bytes.get())
    }

    /// Kills it and its children; does nothing once it has ended.
    public func kill() {
        pid.withLock { pid in
            if pid > 0 { Glibc.kill(-pid, SIGKILL) }
        }
    }

    private func read(limit: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Int(
                try check(
                    piece.withUnsafeMutableBytes { Glibc.read(output.fd.rawValue, $0.baseAddress, $0.count) }, "read"))
            if count == 0 { return bytes }
            bytes += piece[..<count]
            if bytes.count > limit { bytes.removeFirst(bytes.count - limit) }
        }
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String], output: borrowing FD
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
        posix_spawn_file_actions_adddup2(&actions, output.rawValue, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process ignores would be ignored there too.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for variable in envp { free(variable) } }
        var child = pid_t()
        let result = posix_spawnp(&child, program, &actions, &attributes, &argv, &envp)
        guard result == 0 else { throw SystemError(errno: result, call: "posix_spawn", subject: program) }
        return child
    }
}

extension HostProgram {
    /// This process's own environment, `NAME=value`.
    public static var environment: [String] {
        var lines: [String] = []
        var next = environ
        while let line = next.pointee {
            lines.append(String(cString: line))
            next += 1
        }
        return lines
    }
}
