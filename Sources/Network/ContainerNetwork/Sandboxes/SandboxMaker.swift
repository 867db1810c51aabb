internal import LinuxSystem
internal import Netlink
internal import Primitives
internal import Synchronization

/// Makes and removes sandboxes, and knows which names in the folder and among the links are in use.
final class SandboxMaker: Sendable {
    /// Where cables go.
    struct Port: Sendable, Hashable {
        var bridge: Int32
        var mtu: Int
    }

    let folder: String
    /// What links of this daemon carry as alias.
    let mark: String
    private let route: RouteConnection
    /// Names of files and links that somebody owns: garbage is what is not among them.
    private let owned = Mutex<Set<String>>([])

    init(runDirectory: String, mark: String, route: RouteConnection) {
        folder = runDirectory + "/netns"
        self.mark = mark
        self.route = route
    }

    func prepareFolder() throws(EngineError) {
        do {
            try HostDirectory.makeAll(folder, mode: 0o711)
        } catch {
            throw .network(error, "make the folder of network namespaces")
        }
    }

    /// Makes a namespace, and with a `port` a cable to that bridge. After an error nothing is left.
    func make(_ port: Port?) throws(EngineError) -> Sandbox {
        var failure = NetlinkError(errno: 17, operation: "add link")
        // Names of links are short and drawn by lot, and other programs' links have such names too.
        for _ in 0..<4 {
            do {
                return try makeOnce(port)
            } catch let error as SystemError {
                throw .network(error, "make a network namespace")
            } catch let error as NetlinkError {
                failure = error
            } catch {
                throw EngineError(.internal, "make a network namespace: \(error)", cause: error)
            }
            if !failure.isExisting { break }
        }
        throw .network(failure)
    }

    private func makeOnce(_ port: Port?) throws -> Sandbox {
        let id = RandomDigits.text(64)
        let path = folder + "/" + id.prefix(12)
        adopt(path)
        do {
            let created = try NetworkNamespace.create(at: path)
            return Sandbox(id: id, path: path, cable: try plug(created, port), route: created.route)
        } catch {
            remove(path: path)
            throw error
        }
    }

    private func plug(
        _ created: borrowing NetworkNamespace.Created, _ port: Port?
    ) throws(NetlinkError) -> Sandbox.Cable? {
        guard let port else {
            try created.route.perform(.setUp(.index(1)))
            return nil
        }
        let name = freeLinkName()
        do {
            try route.perform([
                .addVeth(
                    name, mtu: port.mtu, master: port.bridge, peer: Sandbox.Cable.inside, in: created.namespace),
                .setPort(.name(name), alias: mark, hairpin: true),
                .setUp(.name(name)),
            ])
            // On a network without IPv6 a container has no address of it; its attempts to get one would go to every
            // port of the bridge.
            let eth0 = LinkReference.name(Sandbox.Cable.inside)
            try created.route.perform([.setUp(.index(1)), .setNoIPv6Autoconfiguration(eth0), .setUp(eth0)])
            // Asked for, the links carry frames at once and not when the kernel finds time: the first packet to a
            // container is not lost, and its sender does not wait a second to try again.
            let inner = try created.route.link(eth0)
            _ = try route.link(.name(name))
            _ = try route.link(.index(port.bridge))
            return Sandbox.Cable(hostName: name, innerIndex: inner.index)
        } catch {
            forget(name)
            throw error
        }
    }

    /// A name that none of this daemon's links has, and that is this one's from now on.
    private func freeLinkName() -> String {
        while true {
            let name = "veth" + RandomDigits.text(7)
            if owned.withLock({ $0.insert(name).inserted }) { return name }
        }
    }

    /// Takes the namespace away, and its cable with it (the kernel does that in the background).
    func remove(_ sandbox: Sandbox) {
        if let cable = sandbox.cable { forget(cable.hostName) }
        remove(path: sandbox.path)
    }

    func remove(path: String) {
        if (try? NetworkNamespace.remove(at: path)) != nil { forget(path) }
    }

    func adopt(_ name: String) { _ = owned.withLock { $0.insert(name) } }
    func forget(_ name: String) { _ = owned.withLock { $0.remove(name) } }

    /// Takes away namespaces and links of this daemon that nobody owns; says what could not be.
    func collectGarbage() -> [String] {
        var problems: [String] = []
        // The folder is read first: what is made meanwhile is owned before it is there.
        let names = (try? HostDirectory.entries(folder)) ?? []
        let links = (try? route.links()) ?? []
        let owned = owned.withLock { $0 }
        for path in names.map({ folder + "/" + $0 }) where !owned.contains(path) {
            do { try NetworkNamespace.remove(at: path) } catch { problems.append("\(error)") }
        }
        for link in links where link.kind == "veth" && link.alias == mark && !owned.contains(link.name) {
            do {
                try route.perform(.deleteLink(.index(link.index)))
            } catch {
                if !error.isMissing { problems.append("\(error)") }
            }
        }
        return problems
    }
}
