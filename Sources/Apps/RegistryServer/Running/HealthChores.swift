internal import AsyncHTTPClient
internal import HostSystem
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Primitives
internal import RegistryStorage

/// The checks of `health`, each on its own time.
struct HealthChores: Sendable {
    private static let rare = Duration.seconds(5)

    private let settings: HealthSettings
    private let store: RegistryStore
    private let client: HTTPClient?
    private let health: HealthChecks
    private let threads: StorageThreads

    init(
        _ settings: HealthSettings, store: RegistryStore, client: HTTPClient?, health: HealthChecks,
        threads: StorageThreads
    ) {
        self.settings = settings
        self.store = store
        self.client = client
        self.health = health
        self.threads = threads
    }

    /// Until the group is cancelled.
    func start(in group: inout DiscardingTaskGroup) {
        if let check = settings.storage {
            begin("storagedriver_\(store.driver.name)", check, in: &group, storageProblem)
        }
        for check in settings.files { begin(check.target, check, in: &group, fileProblem) }
        for check in settings.urls { begin(check.target, check, in: &group, answerProblem) }
        for check in settings.sockets { begin(check.target, check, in: &group, connectProblem) }
    }

    private func begin(
        _ name: String, _ check: HealthSettings.Check, in group: inout DiscardingTaskGroup,
        _ problem: @escaping @Sendable (HealthSettings.Check) async -> String?
    ) {
        let (health, threads) = (health, threads)
        group.addTask {
            await withTaskExecutorPreference(threads) {
                var failures = 0
                repeat {
                    let found = await problem(check)
                    failures = found == nil ? 0 : failures + 1
                    health.report(name, failures >= check.threshold ? found : nil)
                    // Its code is not needed for a while.
                    if check.interval >= Self.rare { ProcessMemory.giveBack() }
                } while (try? await Task.sleep(for: check.interval)) != nil
            }
        }
    }

    /// An empty storage is well.
    @Sendable private func storageProblem(_ check: HealthSettings.Check) async -> String? {
        do throws(RegistryError) {
            try await store.checkStorage()
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Sendable private func fileProblem(_ check: HealthSettings.Check) async -> String? {
        (try? Disk.entry(check.target)) == nil ? nil : "file exists"
    }

    @Sendable private func answerProblem(_ check: HealthSettings.Check) async -> String? {
        guard let client else { return nil }
        var request = HTTPClientRequest(url: check.target)
        request.method = .HEAD
        request.headers = HTTPHeaders(check.headers)
        do {
            let response = try await client.execute(request, timeout: TimeAmount(check.timeout))
            let status = Int(response.status.code)
            return status == check.status ? nil : "downstream service returned unexpected status: \(status)"
        } catch {
            return "error while checking: \(error)"
        }
    }

    @Sendable private func connectProblem(_ check: HealthSettings.Check) async -> String? {
        guard let colon = check.target.lastIndex(of: ":"),
            let port = UInt16(check.target[check.target.index(after: colon)...])
        else { return "not an address" }
        let host = check.target[..<colon].filter { $0 != "[" && $0 != "]" }
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(check.timeout)).connect(host: host, port: Int(port)).get()
            try await channel.close().get()
            return nil
        } catch {
            return "connection to \(check.target) failed"
        }
    }
}
