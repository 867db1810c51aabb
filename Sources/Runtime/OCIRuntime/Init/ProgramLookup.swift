internal import LinuxSystem

/// `argv[0]` → the file to run, with the texts of Go's `exec.LookPath`, which Docker's clients know.
struct ProgramLookup: Sendable {
    /// What is at a path; injected so that the rules can be tested without files.
    enum Finding {
        case executable
        case notExecutable
        case directory
        case missing(reason: String)
    }

    let inspect: @Sendable (String) -> Finding

    func find(_ name: String, environment: [String]) throws(StartFailure) -> String {
        if name.contains("/") { return try check(name) }
        let path = environment.last { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? ""
        if !name.isEmpty {
            for directory in path.split(separator: ":", omittingEmptySubsequences: false) where !path.isEmpty {
                let candidate = directory.isEmpty ? "./\(name)" : "\(directory)/\(name)"
                if case .executable = inspect(candidate) { return candidate }
            }
        }
        throw StartFailure(.commandNotFound, "exec: \"\(name)\": executable file not found in $PATH")
    }

    private func check(_ name: String) throws(StartFailure) -> String {
        switch inspect(name) {
        case .executable: return name
        case .directory: throw StartFailure(.notExecutable, "exec: \"\(name)\": is a directory")
        case .notExecutable: throw StartFailure(.notExecutable, "exec: \"\(name)\": permission denied")
        case .missing(let reason):
            throw StartFailure(.commandNotFound, "exec: \"\(name)\": stat \(name): \(reason)")
        }
    }

    /// The calling process's files.
    static let files = ProgramLookup { path in
        do throws(SystemError) {
            let stat = try FD.open(at: RawPath(path), .path).stat()
            if stat.kind == .directory { return .directory }
            return stat.mode & 0o111 == 0 ? .notExecutable : .executable
        } catch {
            if error.errno == 13 { return .notExecutable }
            return .missing(reason: error.reason)
        }
    }
}
