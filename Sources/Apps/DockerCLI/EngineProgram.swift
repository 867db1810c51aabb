internal import HostSystem

/// `docker -d`, `docker daemon`: the engine is a program of its own, next to this one.
enum EngineProgram {
    /// Comes back only with an error.
    static func become(_ arguments: [String]) throws -> Int32 {
        let folder = CurrentProcess.programFolder ?? "/usr/bin"
        CurrentProcess.become("\(folder)/martletd", arguments)
        throw CommandFailure("docker: cannot run \(folder)/martletd: the engine is not installed here")
    }
}
