internal import Flags
internal import FoundationEssentials
internal import HTTPServer
internal import HostSystem
internal import Logging
internal import Primitives

/// The `registry` command: `serve` and `garbage-collect`.
public struct RegistryProgram: Sendable {
    static let version = "1.7.0-martlet"
    /// `INT`, `QUIT`, `TERM`: the first ends in order, the next at once.
    private static let endings: [Int32] = [2, 3, 15]
    private static let configurationLimit = 4 << 20

    static let usage = """
        registry stores and distributes images.

        Usage:
          registry serve [CONFIG]
          registry garbage-collect [OPTIONS] [CONFIG]

        CONFIG is a file such as distribution's config.yml; without one, REGISTRY_CONFIGURATION_PATH names it, or
        the defaults hold: the folder /var/lib/registry, port 5000. REGISTRY_STORAGE_DELETE_ENABLED=true and its
        like set single keys.

        Options of garbage-collect:
          -d, --dry-run          says what would go, and removes nothing
          -m, --delete-untagged  manifests that no tag leads to go too
          -q, --quiet            says nothing about what is kept
              --grace DURATION   keeps what is younger; 0s, and 1h while somebody serves the storage

        """

    public init() {}

    /// Runs a command to its end; the exit code. Call on the main thread.
    public func run(_ words: [String]) -> Int32 {
        SignalPipe.ignoreBrokenPipes()
        ProcessMemory.limitHeaps(to: 2)
        do {
            switch words.first {
            case nil, "help", "--help", "-h":
                try? Descriptor.output.write(Self.usage)
                return words.isEmpty ? 2 : 0
            case "--version", "-v", "version":
                try? Descriptor.output.write("registry \(Self.version)\n")
                return 0
            case "serve": return try serve(words.dropFirst())
            case "garbage-collect": return try collectGarbage(words.dropFirst())
            case let word?: throw EngineError(.badParameter, "unknown command '\(word)'; see registry help")
            }
        } catch let error as UsageError {
            return fail(error.message, error.exitCode)
        } catch {
            return fail("\(error)", 1)
        }
    }

    private func fail(_ message: String, _ code: Int32) -> Int32 {
        try? Descriptor.error.write("registry: \(message)\n")
        return code
    }

    // MARK: Configuration

    func configuration(_ arguments: [String]) throws -> RegistryConfiguration {
        guard arguments.count <= 1 else { throw UsageError("one configuration file at most", exitCode: 2) }
        let path = arguments.first ?? CurrentProcess.variable("REGISTRY_CONFIGURATION_PATH")
        return try .read(file: try path.map(Self.read), environment: ProcessInfo.processInfo.environment)
    }

    private static func read(_ path: String) throws -> String {
        let file = try OpenFile.reading(path)
        let size = try file.size()
        guard size <= configurationLimit else { throw EngineError(.badParameter, "\(path) is too long") }
        return String(decoding: try file.read(at: 0, count: Int(size)), as: UTF8.self)
    }

    // MARK: serve

    private func serve(_ words: ArraySlice<String>) throws -> Int32 {
        let values = try FlagParser([]).parse(words)
        if values.wantsHelp {
            try Descriptor.output.write(Self.usage)
            return 0
        }
        let configuration = try configuration(values.arguments)
        let logger = configuration.log.makeLogger()
        for key in configuration.withoutEffect {
            logger.warning("a key of the configuration has no effect here", metadata: ["key": "\(key)"])
        }
        let server = try RegistryServer(configuration, logger: logger)
        guard let signals = SignalPipe.open(for: Self.endings) else {
            throw EngineError(.unavailable, "no descriptor is left for signals")
        }
        let ending = ReadyGate()
        // Ends the process.
        Task.detached {
            do {
                try await server.run(until: ending)
                CurrentProcess.quit(0)
            } catch {
                logger.critical("the server ends", metadata: ["err": "\(error)"])
                CurrentProcess.quit(1)
            }
        }
        for count in 1... {
            guard let number = try signals.read(limit: 1).first else { break }
            if count > 1 { return 128 + Int32(number) }
            logger.info("stopping", metadata: ["signal": "\(SignalName.of(Int32(number)))"])
            ending.open()
        }
        return 1
    }
}

extension LogSettings {
    func makeLogger() -> Logger {
        var logger = Logger(label: "registry") { _ in
            RegistryLogger(format: format, metadata: [:], logLevel: level)
        }
        for (key, value) in fields { logger[metadataKey: key] = "\(value)" }
        return logger
    }
}
