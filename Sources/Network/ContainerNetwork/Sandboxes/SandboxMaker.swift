internal import LinuxSystem
internal import Netlink
internal import Primitives
internal import Synchronization

/// Makes and removes sandboxes, and knows which files in the folder are in use.
final class SandboxMaker: Sendable {
    let folder: String
    let cables: CableMaker
    /// Files that somebody owns: garbage is what is not among them.
    private let owned = Mutex<Set<String>>([])

    init(runDirectory: String, cables: CableMaker) {
        folder = runDirectory + "/netns"
        self.cables = cables
    }

    func prepareFolder() throws(EngineError) {
        do {
            try HostDirectory.makeAll(folder, mode: 0o711)
        } catch {
            throw .network(error, "make the folder of network namespaces")
        }
    }

    /// Makes a namespace, and its first link. After an error nothing is left.
    func make(_ kind: Sandbox.Kind) throws(EngineError) -> Sandbox {
        let id = RandomDigits.text(64)
        let path = folder + "/" + id.prefix(12)
        adopt(path)
        do {
            let created = try NetworkNamespace.create(at: path)
            try created.route.perform(.setUp(.index(1)))
            let cable = try kind.link.map { source throws(NetlinkError) in
                try cables.make(source, kind.interface, in: created.namespace, created.route)
            }
            let resolver = kind.hasResolver ? try ResolverSockets.open(in: created.namespace) : nil
            return Sandbox(id: id, path: path, cable: cable, resolver: resolver, route: created.route)
        } catch {
            remove(path: path)
            throw Self.failure(error)
        }
    }

    /// Adds a link to a namespace that is in use.
    func add(_ source: LinkSource, _ interface: String, to path: String) throws(EngineError) -> (Cable, RouteConnection)
    {
        do {
            let namespace = try NetworkNamespace.open(path)
            let inner = RouteConnection(try NetlinkSocket.route(in: namespace))
            return (try cables.make(source, interface, in: namespace, inner), inner)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Speaks inside a namespace that is in use.
    static func route(in path: String) throws(EngineError) -> RouteConnection {
        do {
            return RouteConnection(try NetlinkSocket.route(in: NetworkNamespace.open(path)))
        } catch {
            throw .network(error, "join the network namespace")
        }
    }

    private static func failure(_ error: any Error) -> EngineError {
        switch error {
        case let error as SystemError: .network(error, "make a network namespace")
        case let error as NetlinkError: .network(error)
        case let error as EngineError: error
        default: EngineError(.internal, "make a network namespace: \(error)", cause: error)
        }
    }

    /// Takes the namespace away, and its cable with it (the kernel does that in the background).
    func remove(_ sandbox: Sandbox) {
        if let name = sandbox.cable?.hostName { cables.forget(name) }
        remove(path: sandbox.path)
    }

    func remove(path: String) {
        if (try? NetworkNamespace.remove(at: path)) != nil { forget(path) }
    }

    func adopt(_ path: String) { _ = owned.withLock { $0.insert(path) } }
    func forget(_ path: String) { _ = owned.withLock { $0.remove(path) } }

    /// Takes away namespaces and links of this daemon that nobody owns; says what could not be.
    func collectGarbage() -> [String] {
        var problems: [String] = []
        // The folder is read first: what is made meanwhile is owned before it is there.
        let names = (try? HostDirectory.entries(folder)) ?? []
        let owned = owned.withLock { $0 }
        for path in names.map({ folder + "/" + $0 }) where !owned.contains(path) {
            do { try NetworkNamespace.remove(at: path) } catch { problems.append("\(error)") }
        }
        return problems + cables.collectGarbage()
    }
}
