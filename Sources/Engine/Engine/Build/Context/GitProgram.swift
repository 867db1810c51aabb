internal import LinuxSystem
internal import Primitives
internal import Synchronization

/// The `git` program of the engine's host. Blocks.
///
/// Git sees neither the engine's user's configuration nor the system's, runs no hooks, asks nobody for a password, and speaks
/// only the protocols below, for submodules and redirects as well: no repository makes it read the host's files.
final class GitProgram: Sendable {
    private let state = Mutex(State())

    private struct State {
        var running: StartedProgram?
        var isCancelled = false
    }

    private static let settings = [
        "GIT_ALLOW_PROTOCOL=git:http:https:ssh", "GIT_PROTOCOL_FROM_USER=0", "GIT_CONFIG_NOSYSTEM=1",
        "GIT_CONFIG_GLOBAL=/dev/null", "HOME=/dev/null", "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true",
        // New repositories have no hooks of the host's.
        "GIT_TEMPLATE_DIR=", "GIT_SSH_COMMAND=ssh -oBatchMode=yes", "LC_ALL=C",
    ]

    /// Ends what runs, and whatever is asked for afterwards.
    func cancel() {
        let running = state.withLock { state in
            state.isCancelled = true
            return state.running
        }
        running?.kill()
    }

    /// Runs it in a folder; errors and all else that it prints come together. Errors: `unavailable` without git and when
    /// it was cancelled.
    func attempt(_ arguments: [String], in folder: String) throws -> (succeeded: Bool, text: String) {
        let program: StartedProgram
        do throws(SystemError) {
            program = try StartedProgram(
                "git", ["-C", folder, "-c", "protocol.file.allow=never", "-c", "core.hooksPath=/dev/null"] + arguments,
                environment: Self.environment)
        } catch {
            guard error.errno == 2 else { throw error }
            throw EngineError(.unavailable, "unable to find 'git': repositories need it on the engine's host")
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
