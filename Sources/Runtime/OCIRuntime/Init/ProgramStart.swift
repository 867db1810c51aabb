internal import LinuxSystem

/// The last steps, the same for a container's init and for an exec: everything given up, then the program.
struct ProgramStart {
    let credentials: Credentials
    let channel: LaunchChannel

    func run() throws(StartFailure) -> Never {
        let process = credentials.process
        // The kernel resolves the program's path, and its interpreter's, before close-on-exec happens: through a folder of
        // the host that is still open a path could climb out (CVE-2024-21626).
        try doing("close descriptors") { () throws(SystemError) in
            try ProcessAttributes.closeAll(from: 3, except: [channel.socket.fd.rawValue])
        }
        guard let name = process.args.first else { throw StartFailure(.other, "process has no arguments") }
        ProcessAttributes.setFileModeMask(process.user.umask ?? 0o022)
        // As late as can be: a small limit on files would keep us from setting anything up.
        try EarlySettings.limit(process)
        try credentials.apply(directory: process.cwd)
        let environment = credentials.environment
        let path = try ProgramLookup.files.find(name, environment: environment)
        try doing("prepare exec") { () throws(SystemError) in
            try ProcessAttributes.closeOnExecute(from: 3)
            try ProcessAttributes.resetSignals()
        }
        try EarlySettings.limitFiles(process)
        let error = ChildProcess.execute(path, arguments: process.args, environment: environment)
        throw Self.failure(of: path, name, error)
    }

    private static func failure(of path: String, _ name: String, _ error: SystemError) -> StartFailure {
        switch error.errno {
        case 13: StartFailure(.notExecutable, "exec: \"\(name)\": permission denied")
        // The file is there: its interpreter is not.
        case 2: StartFailure(.commandNotFound, "exec \(path): no such file or directory")
        case 8: StartFailure(.notExecutable, "exec \(path): exec format error")
        default: StartFailure(.other, "exec \(path): \(error.reason)")
        }
    }
}

/// Settings of a process that have to be made while it is still all-powerful and sees the host's procfs.
enum EarlySettings {
    static func apply(_ process: OCIProcess, cgroup: [FDBox]) throws(StartFailure) {
        try join(cgroup)
        try setKillPriority(process)
    }

    /// A session of its own, in the container's cgroup.
    static func join(_ cgroup: [FDBox]) throws(StartFailure) {
        try doing("setsid") { () throws(SystemError) in try ProcessAttributes.startSession() }
        try doing("join cgroup") { () throws(SystemError) in
            // "0" in the file `tasks` is the writing thread itself: no lock over all processes is taken, which would
            // cost a grace period (Linux 5.19), and no time passes in which the process is outside.
            for file in cgroup { try file.fd.writeAll([UInt8(ascii: "0")]) }
        }
    }

    /// Inherited by children.
    static func setKillPriority(_ process: OCIProcess) throws(StartFailure) {
        try doing("set oom_score_adj") { () throws(SystemError) in
            let file = try FD.open(at: "/proc/self/oom_score_adj", .writeOnly)
            try file.writeAll(Array("\(process.oomScoreAdj ?? 0)".utf8))
        }
    }

    static func limit(_ process: OCIProcess) throws(StartFailure) {
        for limit in process.rlimits {
            guard let number = ResourceLimit.number(of: limit.type) else {
                throw StartFailure(.other, "invalid rlimit type: \(limit.type)")
            }
            try doing("error setting rlimit type \(limit.type)") { () throws(SystemError) in
                // Enough files for what is still to be done; `limitFiles` lowers it at the very end.
                let least = limit.type == "RLIMIT_NOFILE" ? leastFiles : 0
                try ProcessAttributes.setLimit(number, soft: max(limit.soft, least), hard: max(limit.hard, least))
            }
        }
    }

    /// More than we have open at any time.
    private static let leastFiles: UInt64 = 256

    /// A smaller limit on files than could be set before. Lowering needs no privilege; a filter that forbids
    /// `prlimit64(2)` is in force by now.
    static func limitFiles(_ process: OCIProcess) throws(StartFailure) {
        for limit in process.rlimits where limit.type == "RLIMIT_NOFILE" && min(limit.soft, limit.hard) < leastFiles {
            guard let number = ResourceLimit.number(of: limit.type) else { continue }
            try doing("error setting rlimit type \(limit.type)") { () throws(SystemError) in
                try ProcessAttributes.setLimit(number, soft: limit.soft, hard: limit.hard)
            }
        }
    }
}
