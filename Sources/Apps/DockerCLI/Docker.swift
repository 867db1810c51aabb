internal import ClientProfile
internal import EngineClient
internal import Flags
public import HostSystem
internal import Primitives

/// The `docker` command line.
public struct Docker: Sendable {
    let console: Console
    /// Environment variables by name.
    let variable: @Sendable (String) -> String?

    public init(
        console: Console = Console(), variable: @escaping @Sendable (String) -> String? = CurrentProcess.variable
    ) {
        self.console = console
        self.variable = variable
    }

    /// Runs one command line, without the program's name; the result is the exit code.
    public func run(_ words: [String]) -> Int32 {
        do {
            if let own = try DaemonMode.arguments(words) { return try DaemonMode.become(own) }
            let global = try FlagParser(GlobalFlags.all).parse(words)
            if global.bool("version") {
                console.print(ClientBuild.line)
                return 0
            }
            guard !global.wantsHelp, !global.bool("help"), !global.arguments.isEmpty else {
                console.write(HelpText.overview)
                return 0
            }
            return try perform(global)
        } catch let error as UsageError where error.exitCode == 2 {
            console.complain("\(error.message)\nSee 'docker --help'.")
            return 2
        } catch {
            return report(error)
        }
    }

    private func perform(_ global: FlagValues) throws -> Int32 {
        let (command, words) = try CommandTable.find(global.arguments)
        let flags: FlagValues
        do {
            flags = try FlagParser(command.flags).parse(words, mixed: !command.takesCommandLine)
        } catch {
            console.complain("\(error.message)\nSee 'docker \(command.name) --help'.")
            return error.exitCode
        }
        for warning in flags.warnings { console.complain(warning) }
        if flags.wantsHelp {
            console.write(command.usage)
            return 0
        }
        try command.checkCount(flags.arguments.count)
        let profile = GlobalFlags.profile(global, variable)
        if let damage = profile.damage { console.complain("WARNING: Error loading config file: \(damage.message)") }
        return try command.run(
            Invocation(
                client: try GlobalFlags.client(global, profile, variable), profile: profile, console: console,
                flags: flags, variable: variable))
    }

    private func report(_ error: any Error) -> Int32 {
        let text = Failure.text(error)
        if !text.isEmpty { console.complain(text) }
        return Failure.exitCode(error)
    }
}
