internal import CLinux
internal import Glibc

/// Programs of the host, run to their end. For a process with threads: `posix_spawn(3)`, no Swift in the child.
public enum HostProgram {
    /// Runs a program without a shell and returns what it printed; refuses more than `limit` bytes.
    ///
    /// Errors: those of `posix_spawn(3)`; EIO when it ended with another status than 0; EFBIG.
    public static func output(
        _ path: String, _ arguments: [String], limit: Int = 16 << 20
    ) throws(SystemError) -> String {
        let pipe = try Pipe()
        let pid = try spawn(path, arguments, output: pipe.writer)
        let bytes = try drain(pipe, limit: limit)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        guard status == 0 else { throw SystemError(errno: EIO, call: path, subject: arguments.joined(separator: " ")) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func drain(_ pipe: consuming Pipe, limit: Int) throws(SystemError) -> [UInt8] {
        let reader = pipe.intoReader()
        return try reader.readAll(limit: limit)
    }

    private static func spawn(
        _ path: String, _ arguments: [String], output: borrowing FD
    ) throws(SystemError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, path, &actions, nil, &argv, environ)
        guard result == 0 else { throw SystemError(errno: result, call: "posix_spawn", subject: path) }
        return pid
    }
}

extension Pipe {
    /// Closes the writing end and keeps the other.
    public consuming func intoReader() -> FD { reader }
    /// Closes the reading end and keeps the other.
    public consuming func intoWriter() -> FD { writer }
}
