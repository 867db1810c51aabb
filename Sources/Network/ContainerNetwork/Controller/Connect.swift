internal import LinuxSystem
internal import Netlink
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Connects a container for one run: namespace, links, addresses, published ports, name files.
    ///
    /// After an error nothing is left but perhaps the files. Errors: `badParameter` for values that are none, `internal`
    /// for a port or an address that is not to be had (as Docker answers), `notFound` for a network, `conflict` when it
    /// is connected already.
    public func connect(_ request: SandboxRequest) throws(EngineError) -> SandboxSpec {
        let id = request.containerID
        guard state.withLock({ $0.connections[id] == nil }) else {
            throw EngineError(.conflict, "container \(id) is connected already")
        }
        var connection = Connection(spec: Self.emptySpec(request))
        // Checked before anything is made; the gateway is known later.
        connection.spec.names = try NameEntries(request, gateway: "0.0.0.0")
        defer { pool.refill() }
        do {
            try build(&connection, request)
            try writeFiles(&connection, request)
        } catch {
            dismantle(&connection, id)
            throw error
        }
        let finished = connection
        state.withLock { $0.connections[id] = finished }
        return finished.spec
    }

    private static func emptySpec(_ request: SandboxRequest) -> SandboxSpec {
        if case .joined(let path) = request.mode {
            return SandboxSpec(namespacePath: path, hostsPath: "", resolvConfPath: "", hostnamePath: "")
        }
        let files = NameFiles(folder: request.directory)
        return SandboxSpec(
            namespacePath: nil, hostsPath: files.hosts, resolvConfPath: files.resolver, hostnamePath: files.hostname)
    }

    private func build(_ connection: inout Connection, _ request: SandboxRequest) throws(EngineError) {
        switch request.mode {
        case .host, .joined: return
        case .none: _ = try enclose(&connection, Sandbox.Kind())
        case .networks where isOff: _ = try enclose(&connection, Sandbox.Kind())
        case .networks:
            try link(&connection, request)
            try openLinks(&connection, request.links)
            try publish(request.ports, for: &connection, request.containerID)
        }
    }

    /// A sandbox with a link for each endpoint; the first may be ready.
    private func link(_ connection: inout Connection, _ request: SandboxRequest) throws(EngineError) {
        var plans: [PlannedEndpoint] = []
        for endpoint in request.endpoints {
            let plan = try plan(endpoint)
            // Known from here on: whatever fails gives the address back.
            connection.spec.endpoints.append(plan.spec)
            plans.append(plan)
        }
        InterfaceNames.assign(&plans)
        let ways = gateways(of: connection.spec.endpoints)
        for index in plans.indices { plans[index].takeGateways(ways) }
        guard let first = plans.first else {
            _ = try enclose(&connection, Sandbox.Kind())
            return
        }
        let kind = Sandbox.Kind(
            link: first.network.link, interface: first.spec.interface, hasResolver: usesResolver(connection.spec))
        let sandbox = try enclose(&connection, kind)
        connection.spec.resolver = sandbox.resolver?.ports
        for (index, plan) in plans.enumerated() {
            let cable = try index == 0 ? sandbox.cable : add(plan, to: sandbox.path)
            connection.spec.endpoints[index] = plan.spec
            connection.spec.endpoints[index].hostInterface = cable?.hostName
            guard let cable else { continue }
            do { try sandbox.route.perform(plan.requests(cable.innerIndex)) } catch { throw .network(error) }
        }
        try openNames(&connection, request.containerID, sandbox.resolver)
        if !first.network.isDefault { pool.remember(kind) }
    }

    private func add(_ plan: PlannedEndpoint, to path: String) throws(EngineError) -> Cable? {
        guard let link = plan.network.link else { return nil }
        return try maker.add(link, plan.spec.interface, to: path).0
    }

    private func enclose(_ connection: inout Connection, _ kind: Sandbox.Kind) throws(EngineError) -> Sandbox {
        let sandbox = try pool.take(kind)
        connection.spec.namespacePath = sandbox.path
        connection.spec.sandboxID = sandbox.id
        if let name = sandbox.cable?.hostName, !connection.spec.endpoints.isEmpty {
            connection.spec.endpoints[0].hostInterface = name
        }
        return sandbox
    }

    private func writeFiles(_ connection: inout Connection, _ request: SandboxRequest) throws(EngineError) {
        if case .joined = request.mode { return connection.spec.names = nil }
        let gateway = connection.spec.endpoints.lazy.compactMap(\.gateway).first ?? ""
        connection.spec.names = try NameEntries(request, gateway: gateway)
        try files.write(
            connection.spec, in: request.directory, isHost: request.mode == .host,
            usesResolver: usesResolver(connection.spec))
    }

    /// The host's name servers have changed: a container that would be connected by this request, and is not, sees that.
    public func refreshResolver(_ request: SandboxRequest) throws(EngineError) {
        guard request.mode == .networks || request.mode == .none else { return }
        var spec = Self.emptySpec(request)
        spec.names = try NameEntries(request, gateway: "0.0.0.0")
        try files.refreshResolver(
            spec, in: request.directory,
            usesResolver: request.endpoints.contains { $0.network != defaultID })
    }

    var files: NetworkFiles { NetworkFiles(configuration: configuration, choices: settings.names) }

    /// Names are for networks of one's own.
    func usesResolver(_ spec: SandboxSpec) -> Bool { spec.endpoints.contains { $0.networkID != defaultID } }
}

/// Names of the links in a sandbox: `eth0`, `eth1`, …
enum InterfaceNames {
    static func assign(_ plans: inout [PlannedEndpoint]) {
        var used: Set<String> = []
        for index in plans.indices {
            plans[index].spec.interface = free(plans[index].network.interfacePrefix, used)
            used.insert(plans[index].spec.interface)
        }
    }

    static func free(_ prefix: String, _ used: Set<String>) -> String {
        var number = 0
        while used.contains("\(prefix)\(number)") { number += 1 }
        return "\(prefix)\(number)"
    }
}
