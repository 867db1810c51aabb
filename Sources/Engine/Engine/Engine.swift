public import APIModel
internal import Cgroups
internal import ContainerNetwork
internal import GraphDrivers
internal import ImageBuilder
internal import ImageStore
internal import LinuxSystem
public import Logging
internal import OCIRuntime
internal import RegistryClient
internal import SeccompPolicy
public import Primitives
internal import Synchronization
internal import Volumes

/// The engine: the one owner of containers and their state.
///
/// One per root folder. Verbs are extensions, one file each; the objects below do the work and don't know each other.
/// Blocking work runs on `workers`. A container's operations pass its gate in order; what its supervisor tells is noted
/// at once, on the reactor's thread.
public final class Engine: Sendable {
    let configuration: EngineConfiguration
    let logger: Logger
    let paths: EnginePaths
    let workers = WorkerPool()
    /// What was fetched is written, what is to be sent is read.
    let downloads = WorkerPool()
    /// Archives, contexts and layers on their way: `workers` never wait for clients and registries.
    let transfers = Transfers()
    /// Samples are short and many: no more threads than this, however many containers are watched.
    let samplers = WorkerPool(maximumThreads: 2)
    let statsCollector = StatsCollector()
    let containers = ContainerTable()
    let events = EventLog()
    let execs = ExecTable()
    let store: StateStore
    let images: ImageStore
    let registry: RegistryClient
    let traffic: LayerTraffic
    let volumes: VolumeStore
    let networks = NetworkTable()
    let services = ServiceTable()
    /// Nil when networking is switched off.
    let network: NetworkController?
    let reactor: ShimReactor
    let launcher: ShimLauncher
    let layout: CgroupLayout
    let seccomp = SeccompPolicy()
    let engineID: String
    private let lock: FDBox
    /// Held while the network of the ways out is looked for or made.
    let makingWayOut = Mutex<Void>(())
    private let shuttingDown = Mutex(false)
    let containerPrunes = PruneTurn()
    let imagePrunes = PruneTurn()
    let volumePrunes = PruneTurn()
    let builds = RunningBuilds()
    let results = BuildResults()
    let sharedSteps = SharedSteps()
    /// Commands and copies of all builds that go on at the same time.
    let stepPermits = Permits(max(8, 2 * HostFacts.cpuCount))
    /// Each command of a build holds one while it prints.
    let stepOutputs = WorkerPool()
    /// Each agent's socket of a command holds one.
    let agentListeners = WorkerPool(maximumThreads: 256)
    let caches: CacheFolders
    let keptDownloads: KeptDownloads

    /// Opens (or makes) everything under the root. Blocking; call it off the cooperative pool.
    ///
    /// Errors: `conflict` when another engine has the root; `internal` with the reason for anything that can't be opened.
    public init(_ configuration: EngineConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        let paths = EnginePaths(root: configuration.root, run: configuration.runRoot)
        self.paths = paths
        try Self.makeFolders(paths)
        guard let lock = try HostFile.lock(paths.lock) else {
            throw EngineError(.conflict, "another engine uses \(paths.root)")
        }
        self.lock = FDBox(lock)
        store = try StateStore(path: paths.database, logger: logger) {
            try HostDirectory.entries(paths.containers).contains { ContainerID($0) != nil }
        } setAside: { damaged in
            try LostAndFound.setAside(damaged, in: paths.lost)
        }
        engineID = try store.setting("engine-id") { EngineID.random() }
        let (driver, reason) = try chooseDriver(
            named: configuration.storageDriver.isEmpty ? nil : configuration.storageDriver, root: paths.root,
            options: configuration.storageOptions)
        logger.info("storage driver \(driver.name): \(reason)")
        images = try ImageStore(
            root: paths.root, driver: driver, keepsPulled: configuration.keepsPulledLayers)
        for notice in images.notices { logger.notice("\(notice)") }
        registry = try RegistryClient(RegistryConfiguration(configuration))
        traffic = LayerTraffic(images, workers: workers, downloads: downloads, transfers: transfers)
        volumes = try VolumeStore(root: paths.volumes)
        caches = CacheFolders(path: paths.buildCache)
        keptDownloads = KeptDownloads(path: paths.buildDownloads)
        var network = configuration.network
        network.seed = engineID
        network.proxyProgram = configuration.shimPath
        self.network = configuration.isNetworkDisabled ? nil : try NetworkController(configuration: network)
        reactor = try ShimReactor()
        launcher = try ShimLauncher(path: configuration.shimPath, reactor: reactor)
        layout = try CgroupLayout.detect()
    }

    private static func makeFolders(_ paths: EnginePaths) throws {
        try HostDirectory.makeAll(paths.root, mode: 0o711)
        try HostDirectory.makeAll(paths.run, mode: 0o711)
        for folder in [paths.containers, paths.temporary, paths.bundles] { try HostDirectory.make(folder, mode: 0o710) }
    }

    var isShuttingDown: Bool { shuttingDown.withLock { $0 } }

    /// Finds again what runs, cleans up what an earlier end left behind, then starts what restart policies ask for.
    public func start() async throws(EngineError) {
        try await workers.run { [self] in
            try openNetworks()
            try recover()
            try recoverServices()
            watchHost()
            removeOldContexts()
            network?.joinCluster(self)
        }
        if configuration.restartsContainers { await applyRestartPolicies() }
    }

    /// Orderly end: containers go on unless the configuration says otherwise.
    public func shutdown() async {
        shuttingDown.withLock { $0 = true }
        if !configuration.keepsContainersOnShutdown { await stopAll() }
        await registry.shutDown()
        await workers.runQuietly { [self] in
            network?.stop()
            attempt("close the database") { try store.close() }
        }
    }

    private func stopAll() async {
        await withTaskGroup(of: Void.self) { group in
            for container in containers.all() where container.state.isRunning {
                group.addTask { [self] in
                    await attempt("stop \(container.id)") { () async throws(EngineError) in
                        try await container.gate.withGate { () async throws(EngineError) in
                            let wasStopped = container.record.stoppedByUser
                            try await stopNow(container, timeout: configuration.shutdownTimeout - 5, signal: nil)
                            // The engine stopped it, not the user: its policy applies at the next start.
                            container.withLive { $0.record.stoppedByUser = wasStopped }
                            await finishTeardown(of: container)
                            try await save(container)
                        }
                    }
                }
            }
        }
    }
}

extension Engine: BuildBackend, ContainerBackend, ExecBackend, ImageBackend {}
extension Engine: NetworkBackend, ServiceBackend, SystemBackend, VolumeBackend {}
