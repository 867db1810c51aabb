internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// Checks a repository out with the `git` program, for the context of a build. Blocks.
///
/// Git sees neither the engine's user's configuration nor the system's, asks nobody for a password, and speaks only the
/// protocols below, for submodules and redirects as well: no repository makes it read the host's files.
final class GitCheckout: Sendable {
    private let repository: GitRepository
    private let folder: String
    private let state = Mutex(State())

    private struct State {
        var running: StartedProgram?
        var isCancelled = false
    }

    private static let settings = [
        "GIT_ALLOW_PROTOCOL=git:http:https:ssh", "GIT_PROTOCOL_FROM_USER=0", "GIT_CONFIG_NOSYSTEM=1",
        "GIT_CONFIG_GLOBAL=/dev/null", "HOME=/dev/null", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true",
        "GIT_SSH_COMMAND=ssh -oBatchMode=yes", "LC_ALL=C",
    ]

    /// `folder`: is made.
    init(_ repository: GitRepository, folder: String) {
        self.repository = repository
        self.folder = folder
    }

    /// The folder on the host that is the context. Errors: `unavailable` without git, `badParameter` with what it says.
    func run() throws -> String {
        try HostDirectory.make(folder, mode: 0o755)
        try git("init", "-q", saying: "failed to init repo")
        try git("remote", "add", "origin", repository.remote, saying: "failed add origin repo at \(repository.remote)")
        try fetch()
        try checkOut()
        try git("submodule", "update", "--init", "--recursive", "--depth=1", saying: "error initializing submodules")
        return try contextFolder()
    }

    func cancel() {
        let running = state.withLock { state in
            state.isCancelled = true
            return state.running
        }
        running?.kill()
    }

    /// No more than is needed, then more: not every server gives a part of its history, or a commit by its name.
    private func fetch() throws {
        let reference = repository.reference
        var ways = [["--depth", "1", "origin", "--", reference], ["origin", "--", reference]]
        if repository.mayBeCommit { ways.append(["--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"]) }
        var failure = ""
        for way in ways {
            let (succeeded, text) = try attempt(["fetch", "-q"] + way)
            if succeeded { return }
            if failure.isEmpty { failure = text }
        }
        throw EngineError(.badParameter, "error fetching: \(failure)")
    }

    /// By its name, which leaves a branch checked out as one, else what was fetched last.
    private func checkOut() throws {
        let (succeeded, text) = try attempt(["checkout", "-q", repository.reference, "--"])
        guard !succeeded else { return }
        guard try attempt(["checkout", "-q", "FETCH_HEAD", "--"]).succeeded else {
            throw EngineError(.badParameter, "error checking out \(repository.reference): \(text)")
        }
    }

    /// The folder that was named. Links in the repository are followed inside it.
    private func contextFolder() throws -> String {
        let path = RawPath(String(repository.folder.drop { $0 == "/" }))
        guard !path.isEmpty else { return folder }
        let root = FDBox(try FD.open(at: RawPath(folder), .directory))
        do throws(SystemError) { return try Self.place(of: path, below: root) } catch {
            let isFile = error.errno == 20
            throw EngineError(
                .badParameter,
                isFile
                    ? "error setting git context, not a directory: \(repository.folder)"
                    : "error setting git context, \"\(repository.folder)\" not within git root: \(error.reason)")
        }
    }

    private static func place(of folder: RawPath, below root: FDBox) throws(SystemError) -> String {
        let place = try root.fd.open(folder, [.path, .directory], resolve: [.inRoot, .noMagicLinks])
        return try FD.open(at: "/proc/self/fd", .directory).readLink(RawPath("\(place.rawValue)")).string
    }

    private func git(_ arguments: String..., saying what: String) throws {
        let (succeeded, text) = try attempt(arguments)
        guard succeeded else { throw EngineError(.badParameter, "\(what): \(text)") }
    }

    private func attempt(_ arguments: [String]) throws -> (succeeded: Bool, text: String) {
        let program: StartedProgram
        do throws(SystemError) {
            program = try StartedProgram(
                "git", ["-C", folder, "-c", "protocol.file.allow=never"] + arguments, environment: Self.environment)
        } catch {
            guard error.errno == 2 else { throw error }
            throw EngineError(
                .unavailable, "unable to find 'git': a repository as context needs it on the engine's host")
        }
        let isCancelled = state.withLock { state in
            state.running = program
            return state.isCancelled
        }
        if isCancelled { program.kill() }
        let outcome = try program.wait()
        let wasCancelled = state.withLock { state in
            state.running = nil
            return state.isCancelled
        }
        guard !wasCancelled else { throw EngineError(.unavailable, "Build cancelled") }
        return (outcome.exitCode == 0, Self.text(outcome.output))
    }

    /// The engine's own, but for what makes git ask or trust somebody.
    private static var environment: [String] {
        let names = Set(settings.map { $0.prefix { $0 != "=" } })
        let kept = HostProgram.environment.filter { line in
            let name = line.prefix { $0 != "=" }
            return !names.contains(name) && (!name.hasPrefix("GIT_") || name.hasPrefix("GIT_SSL_"))
        }
        return kept + settings
    }

    private static func text(_ output: [UInt8]) -> String {
        var text = String(decoding: output, as: UTF8.self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
