internal import Primitives

/// The exit codes of `run` and `exec` when the container's own process never ran.
enum RunExitCode {
    static let daemon: Int32 = 125

    static func of(_ error: any Error) -> Int32 {
        guard let error = error as? EngineError else { return (error as? CommandFailure)?.exitCode ?? daemon }
        let text = error.message.lowercased()
        if text.contains("executable file not found") || text.contains("no such file or directory") { return 127 }
        if text.contains("permission denied") || text.contains("is a directory") { return 126 }
        return daemon
    }
}
