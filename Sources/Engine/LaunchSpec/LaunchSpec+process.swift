public import APIModel
public import OCIRuntime
public import Primitives

extension LaunchSpec {
    static let standardPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    func process() throws(EngineError) -> OCIProcess {
        try process(
            arguments: try initialArguments, environment: environment(tty: config.tty, extra: []),
            directory: config.workingDir,
            privileged: hostConfig.privileged)
    }

    /// argv, with the program that reaps orphans in front of it where one is wanted. In somebody else's pid namespace
    /// there is one already.
    private var initialArguments: [String] {
        get throws(EngineError) {
            guard wantsInit else { return command }
            guard initProgram != nil else {
                throw EngineError(.notImplemented, "an init process (--init) is not supported yet")
            }
            return [Self.initDestination, "--"] + command
        }
    }

    static let initDestination = "/sbin/docker-init"

    var wantsInit: Bool { hostConfig.initProcess == true && hostConfig.pidMode.isEmpty }

    /// A further process: the container's own settings with what the request changes.
    public func execProcess(_ request: ExecCreateRequest) throws(EngineError) -> OCIProcess {
        var process = try process(
            arguments: request.cmd ?? [], environment: environment(tty: request.tty, extra: request.env ?? []),
            directory: request.workingDir.isEmpty ? config.workingDir : request.workingDir,
            privileged: request.privileged || hostConfig.privileged)
        process.terminal = request.tty
        return process
    }

    private func process(
        arguments: [String], environment: [String], directory: String, privileged: Bool
    ) throws(EngineError) -> OCIProcess {
        let names = try CapabilitySet.resolve(
            add: hostConfig.capAdd ?? [], drop: hostConfig.capDrop ?? [], privileged: privileged)
        let security = try SecurityOptions(hostConfig.securityOpt ?? [])
        return OCIProcess(
            terminal: config.tty, consoleSize: config.tty ? consoleSize : nil, args: arguments, env: environment,
            cwd: directory.isEmpty ? "/" : directory,
            // Inheritable stays empty: with it, file capabilities would give more than was asked for (CVE-2022-24769).
            capabilities: OCICapabilities(bounding: names, effective: names, permitted: names),
            rlimits: ResourceLimits.rlimits(own: hostConfig.ulimits ?? [], defaults: defaultUlimits),
            noNewPrivileges: security.noNewPrivileges, oomScoreAdj: hostConfig.oomScoreAdj)
    }

    /// The request has rows first; zero means that the client will say later.
    private var consoleSize: OCIConsoleSize? {
        guard let size = hostConfig.consoleSize, size.count == 2, let height = UInt(exactly: size[0]),
            let width = UInt(exactly: size[1]), (1...0xFFFF).contains(height), (1...0xFFFF).contains(width)
        else { return nil }
        return OCIConsoleSize(height: height, width: width)
    }

    /// Docker's order: the path, the host name, the terminal, links, then image and request, the later replacing the earlier.
    private func environment(tty: Bool, extra: [String]) -> [String] {
        var result = [Self.standardPath]
        if !hostname.isEmpty { result.append("HOSTNAME=" + fullHostname) }
        if tty { result.append("TERM=xterm") }
        for variable in linkVariables + (config.env ?? []) + extra { replace(variable, in: &result) }
        return result
    }

    private var fullHostname: String {
        config.domainname.isEmpty ? hostname : hostname + "." + config.domainname
    }

    private func replace(_ variable: String, in environment: inout [String]) {
        let name = variable.prefix { $0 != "=" }
        environment.removeAll { $0.prefix { $0 != "=" } == name }
        // A bare name takes a variable away.
        if variable.contains("=") { environment.append(variable) }
    }
}
