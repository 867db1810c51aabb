internal import Daemon
internal import DaemonConfiguration
internal import Engine
internal import LinuxSystem

// Wiring only: the command line, the daemon, the exit code.
do {
    let command = try DaemonCommand.parse(Array(CommandLine.arguments.dropFirst())) { path in
        HostFile.exists(path) ? try HostFile.read(path, limit: 1 << 20) : nil
    }
    switch command {
    case .help(let usage): print(usage, terminator: "")
    case .version: print("Docker version \(EngineBuild.version.version), build \(EngineBuild.version.gitCommit)")
    // Not awaited: the main thread takes the signals, which the concurrency runtime would otherwise leave to their default.
    case .run(let configuration): Daemon(configuration: configuration).run()
    }
} catch {
    StandardError.write("\(error.message)\n")
    ChildProcess.exit(error.exitCode)
}
