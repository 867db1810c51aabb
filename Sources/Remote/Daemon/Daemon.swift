internal import ContainerNetwork
public import DaemonConfiguration
internal import Engine
internal import HTTPServer
internal import HostSystem
internal import LinuxSystem
internal import Logging
internal import Primitives
internal import RemoteAPI
internal import Synchronization

/// The engine daemon: an engine, its listeners and the signals that end it.
public final class Daemon: Sendable {
    private static let endSignals: [Int32] = [2, 15, 3]
    private static let hangUp: Int32 = 1

    let configuration: DaemonConfiguration
    private let logger: Logger
    private let ending = ReadyGate()
    /// Unix sockets that are ours to remove.
    private let boundPaths = Mutex<[String]>([])
    private let hangUps = HangUps()

    public init(configuration: DaemonConfiguration) {
        self.configuration = configuration
        var logger = Logger(label: "martletd") { _ in DaemonLogger(level: .info) }
        logger.logLevel = configuration.isDebug ? .debug : (Logger.Level(rawValue: configuration.logLevel) ?? .info)
        self.logger = logger
    }

    /// Serves until a signal ends it, then ends the process: 0 after an orderly end, 1 after a failure, 128 + the number
    /// at the fourth signal. Call on the main thread, before there are others.
    public func run() -> Never {
        DaemonProcess.ignoreBrokenPipes()
        DaemonProcess.hold(Self.endSignals + [Self.hangUp])
        // Ends the process.
        Task.detached { [self] in
            do {
                try await serve()
                ChildProcess.exit(0)
            } catch {
                logger.critical("Shutting down daemon due to errors: \(error)")
                ChildProcess.exit(1)
            }
        }
        takeSignals()
    }

    /// The main thread's only work.
    private func takeSignals() -> Never {
        var count = 0
        while true {
            let number = DaemonProcess.nextSignal(of: Self.endSignals + [Self.hangUp])
            if number == Self.hangUp {
                hangUps.came()
                continue
            }
            count += 1
            logger.info("Processing signal \(number)")
            if count == 1 { ending.open() }
            if count >= 4 { ChildProcess.exit(128 + number) }
        }
    }

    private func serve() async throws {
        guard DaemonProcess.isRoot else {
            throw EngineError(.forbidden, "The Docker daemon needs to be run as root")
        }
        try Engine.check(engineConfiguration())
        let bindings = try configuration.hosts.map { host throws(EngineError) in
            try HostBinding(host, configuration: configuration)
        }
        // Unix sockets last: who finds one finds the others too.
        let ordered = bindings.filter { !$0.isUnix } + bindings.filter(\.isUnix)
        let pidFile = try PIDFile(path: configuration.pidFile)
        defer { pidFile.remove() }

        var settings = engineConfiguration()
        settings.network.cluster = try clusterConfiguration()
        let engine = try Engine(settings, logger: logger)
        let ready = ReadyGate()
        let apiSettings = RemoteAPISettings(
            serverVersion: EngineBuild.version.version, corsOrigin: configuration.corsHeader)
        let api = RemoteAPI(backend: engine, settings: apiSettings, logger: logger)
        let listener = HTTPListener(handler: api, ready: ready, threads: 2, whenQuiet: ProcessMemory.giveBack)
        // Bound first: who connects during the start waits instead of being refused.
        let sockets: [BoundListener]
        do {
            sockets = try await bindAll(ordered, listener)
            try await engine.start()
        } catch {
            removeSockets()
            await engine.shutdown()
            throw error
        }
        ready.open()
        DaemonProcess.notify("READY=1")
        logger.info("API listen on \(configuration.hosts.joined(separator: ", "))")

        hangUps.answer { engine.reload() }
        ProcessMemory.giveBack()
        await ending.wait()
        DaemonProcess.notify("STOPPING=1")
        await engine.endBuilds()
        for socket in sockets { await socket.close() }
        await engine.shutdown()
        removeSockets()
    }

    private func bindAll(_ bindings: [HostBinding], _ listener: HTTPListener) async throws -> [BoundListener] {
        var bound: [BoundListener] = []
        for binding in bindings {
            if case .unix(let path) = binding.kind { boundPaths.withLock { $0.append(path) } }
            bound += try await binding.bind(listener, configuration: configuration, logger: logger)
        }
        return bound
    }

    private func removeSockets() {
        for path in boundPaths.withLock({ $0 }) { try? HostFile.remove(path) }
    }
}

/// SIGHUPs and who answers them; one that comes before there is somebody is kept.
private final class HangUps: Sendable {
    private struct State {
        var answer: (@Sendable () -> Void)?
        var isWaiting = false
    }

    private let state = Mutex(State())

    func came() {
        let answer = state.withLock { state in
            if state.answer == nil { state.isWaiting = true }
            return state.answer
        }
        answer?()
    }

    func answer(_ answer: @escaping @Sendable () -> Void) {
        let isWaiting = state.withLock { state in
            state.answer = answer
            return state.isWaiting
        }
        if isWaiting { answer() }
    }
}
