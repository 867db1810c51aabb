internal import ContainerNetwork
internal import Logging
internal import Cgroups
internal import LinuxSystem
internal import OCIRuntime
internal import Primitives

extension Engine {
    /// Waits until what the last run used is given back.
    func finishTeardown(of container: Container) async {
        await container.withLive { $0.teardown }?.wait()
    }

    /// Undoes a start that failed half-way.
    func tearDown(_ container: Container) async {
        container.withLive { live in
            live.connection = nil
            live.start = nil
        }
        await workers.runQuietly { [self] in
            releaseResources(of: container)
            attempt("save \(container.id)") { try store.save(container) }
        }
    }

    /// Blocking. Network, cgroup and bundle of a run that is over. The row is saved before: it has the exit code that
    /// the bundle would tell the next engine.
    func releaseResources(of container: Container) {
        let record = container.record
        if record.sandbox != nil {
            for problem in network?.disconnect(container.id) ?? [] { logger.warning("\(problem)") }
        }
        if record.sandbox != nil { publishConnections("disconnect", record) }
        container.withLive { $0.record.sandbox = nil }
        attempt("remove the cgroup of \(record.id)") { try controlGroup(of: record).remove() }
        attempt("remove the bundle of \(record.id)") { try HostDirectory.removeTree(paths.bundle(record.id)) }
    }
}
