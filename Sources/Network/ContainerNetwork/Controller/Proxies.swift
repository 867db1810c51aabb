internal import LinuxSystem
internal import Netlink
internal import PortProxy
internal import Primitives
internal import Synchronization

/// The user-land proxy of a container, where it needs one.
extension NetworkController {
    /// Copied into memory when the first container needs it. Nil where there is none to be had.
    private func launcher() throws(EngineError) -> ProxyLauncher? {
        guard configuration.usesProxy, let program = configuration.proxyProgram else { return nil }
        return try state.withLock { (state) throws(EngineError) in
            if let launcher = state.proxies { return launcher }
            do throws(SystemError) {
                let launcher = try ProxyLauncher(path: program, mark: cables.mark)
                state.proxies = launcher
                return launcher
            } catch {
                throw .network(error, "load the user-land proxy")
            }
        }
    }

    var hasProxy: Bool { configuration.usesProxy && configuration.proxyProgram != nil }

    /// Starts the proxy for what the connection has for it, if there is any.
    func startProxy(_ connection: inout Connection, _ id: ContainerID) throws(EngineError) {
        guard !connection.fronts.isEmpty, let launcher = try launcher() else { return }
        let targets = targets(connection.spec)
        var fronts: [(ProxyEntry, FDBox)] = []
        for front in connection.fronts {
            guard let entry = front.entry(targets) else { continue }
            let held = if let held = connection.held[front.claim] { held } else { try bind(front.claim) }
            connection.held[front.claim] = held
            if let held { fronts.append((entry, held.socket)) }
        }
        guard !fronts.isEmpty else { return }
        connection.proxyTargets = targets
        do {
            connection.proxy = try launcher.launch(container: id.description, fronts)
        } catch {
            throw .network(error, "start the user-land proxy")
        }
    }

    func stopProxy(_ connection: inout Connection) {
        if let proxy = connection.proxy { ProxyLauncher.end(proxy) }
        connection.proxy = nil
    }

    /// The container is reached at another address.
    func restartProxy(_ connection: inout Connection, _ id: ContainerID) throws(EngineError) {
        guard !connection.fronts.isEmpty else { return }
        stopProxy(&connection)
        try startProxy(&connection, id)
    }

    /// Those of the daemon before, by container.
    func findProxies() -> [String: FDBox] {
        ProxyLauncher.running(mark: cables.mark).reduce(into: [:]) { $0[$1.container] = $1.process }
    }
}
