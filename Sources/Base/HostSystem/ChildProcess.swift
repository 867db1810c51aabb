#if canImport(Glibc)
internal import Glibc
private let systemPipe = Glibc.pipe
private typealias FileActions = posix_spawn_file_actions_t
private typealias Attributes = posix_spawnattr_t
#elseif canImport(Musl)
internal import Musl
private let systemPipe = Musl.pipe
private typealias FileActions = posix_spawn_file_actions_t
private typealias Attributes = posix_spawnattr_t
#elseif canImport(Darwin)
internal import Darwin
private let systemPipe = Darwin.pipe
private typealias FileActions = posix_spawn_file_actions_t?
private typealias Attributes = posix_spawnattr_t?
#endif
public import Primitives

/// Programs that run beside this one until their end.
public enum ChildProcess {
    public struct Outcome: Sendable, Equatable {
        /// 128 and the signal's number when a signal ended it.
        public var exitCode: Int32
        /// What it wrote to its standard output.
        public var output: [UInt8]
    }

    /// Runs a program that is looked for in `PATH`, gives it its whole input, and waits for its end. Its standard error
    /// is this process's own. From then on this process ignores SIGPIPE: a program need not read what it is given.
    ///
    /// Errors: `notFound` when there is no such program, `unavailable` for what the system says and for more output
    /// than `limit` bytes.
    public static func run(
        _ program: String, _ arguments: [String], input: [UInt8], limit: Int = 1 << 20
    ) throws(EngineError) -> Outcome {
        SignalPipe.ignoreBrokenPipes()
        let stdin = try pipe()
        let stdout: (reader: Descriptor, writer: Descriptor)
        do throws(EngineError) { stdout = try pipe() } catch {
            for end in [stdin.reader, stdin.writer] { end.closeNow() }
            throw error
        }
        let started = Result { () throws(EngineError) in
            try spawn(program, arguments, input: stdin.reader, output: stdout.writer)
        }
        for end in [stdin.reader, stdout.writer] { end.closeNow() }
        defer { stdout.reader.closeNow() }
        // A program that reads nothing has ended or will say so by its exit code.
        if case .success = started { try? stdin.writer.write(input) }
        stdin.writer.closeNow()
        let child = try started.get()
        let output = Result { () throws(EngineError) in try readAll(stdout.reader, limit, of: program) }
        if case .failure = output { kill(child, SIGKILL) }
        let exitCode = wait(for: child)
        return Outcome(exitCode: exitCode, output: try output.get())
    }

    private static func pipe() throws(EngineError) -> (reader: Descriptor, writer: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard systemPipe(&ends) == 0 else { throw Descriptor.failure("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    private static func spawn(
        _ program: String, _ arguments: [String], input: Descriptor, output: Descriptor
    ) throws(EngineError) -> pid_t {
        var actions = FileActions.none
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.number, 0)
        posix_spawn_file_actions_adddup2(&actions, output.number, 1)
        var attributes = Attributes.none
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Clients ignore broken pipes, and what is ignored stays so in a child.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var child = pid_t()
        let result = posix_spawnp(&child, program, &actions, &attributes, &argv, environ)
        guard result == 0 else {
            throw EngineError(
                result == ENOENT ? .notFound : .unavailable, "run \(program): \(String(cString: strerror(result)))")
        }
        return child
    }

    private static func readAll(
        _ source: Descriptor, _ limit: Int, of program: String
    ) throws(EngineError) -> [UInt8] {
        var bytes: [UInt8] = []
        while case let part = try source.read(), !part.isEmpty {
            bytes += part
            guard bytes.count <= limit else {
                throw EngineError(.unavailable, "\(program) says more than \(limit) bytes")
            }
        }
        return bytes
    }

    private static func wait(for child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? status >> 8 & 0xff : 128 + signal
    }
}

#if !canImport(Darwin)
extension posix_spawn_file_actions_t {
    fileprivate static var none: Self { Self() }
}
extension posix_spawnattr_t {
    fileprivate static var none: Self { Self() }
}
#endif
