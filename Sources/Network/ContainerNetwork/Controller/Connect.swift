internal import LinuxSystem
internal import Netlink
public import Primitives
internal import Synchronization

extension NetworkController {
    /// Connects a container for one run: namespace, address, published ports, name files.
    ///
    /// After an error nothing is left but perhaps the files. Errors: `badParameter` for values that are none, `internal`
    /// for a port or an address that is not to be had (as Docker answers), `notImplemented`, `conflict` when it is
    /// connected already.
    public func connect(_ request: EndpointRequest) throws(EngineError) -> SandboxSpec {
        let names = ResolverFile.Choices(
            dns: request.dns ?? [], search: request.dnsSearch ?? [], options: request.dnsOptions ?? [])
        try names.validate()
        try Self.checkNames(request)
        let id = request.containerID
        guard state.withLock({ $0.endpoints[id] == nil }) else {
            throw EngineError(.conflict, "container \(id) is connected already")
        }
        var endpoint = Endpoint(spec: Self.emptySpec(request))
        defer { pool.refill() }
        do {
            try attach(&endpoint, request)
            if !isJoined(request) { try writeFiles(endpoint.spec, request, names) }
        } catch {
            dismantle(&endpoint)
            throw error
        }
        let finished = endpoint
        state.withLock { $0.endpoints[id] = finished }
        return finished.spec
    }

    /// They become words of lines in files.
    private static func checkNames(_ request: EndpointRequest) throws(EngineError) {
        for (kind, name) in [("hostname", request.hostname), ("domainname", request.domainname)]
        where !name.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) {
            throw EngineError(.badParameter, "invalid \(kind) format: \(name)")
        }
    }

    private func isJoined(_ request: EndpointRequest) -> Bool {
        if case .joined = request.mode { true } else { false }
    }

    private static func emptySpec(_ request: EndpointRequest) -> SandboxSpec {
        if case .joined(let path) = request.mode {
            return SandboxSpec(namespacePath: path, hostsPath: "", resolvConfPath: "", hostnamePath: "")
        }
        let files = NameFiles(folder: request.directory)
        return SandboxSpec(
            namespacePath: nil, hostsPath: files.hosts, resolvConfPath: files.resolver, hostnamePath: files.hostname)
    }

    private func attach(_ endpoint: inout Endpoint, _ request: EndpointRequest) throws(EngineError) {
        switch request.mode {
        case .host, .joined: break
        case .none: _ = try enclose(&endpoint, nil)
        case .bridge:
            guard let network = state.withLock({ $0.network }) else {
                guard isOff else { throw EngineError(.unavailable, "the network has not been started") }
                _ = try enclose(&endpoint, nil)
                return
            }
            let mac = try Self.macAddress(request)
            let bindings = try PortBinding.parse(request.ports, defaultAddress: settings.bindAddress)
            try plug(&endpoint, network, mac)
            try publish(bindings, for: &endpoint)
        }
    }

    private func enclose(_ endpoint: inout Endpoint, _ port: SandboxMaker.Port?) throws(EngineError) -> Sandbox {
        let sandbox = try pool.take(port)
        endpoint.namespacePath = sandbox.path
        endpoint.hostInterface = sandbox.cable?.hostName
        endpoint.spec.namespacePath = sandbox.path
        endpoint.spec.sandboxID = sandbox.id
        return sandbox
    }

    /// A cable to the bridge with an address of its own.
    private func plug(_ endpoint: inout Endpoint, _ network: BridgeNetwork, _ wanted: MACAddress?) throws(EngineError) {
        let address = try state.withLock { (state) throws(EngineError) -> IPv4Address? in
            try state.addresses?.allocate()
        }
        guard let address else { throw EngineError(.unavailable, "the network has not been started") }
        endpoint.address = address
        let sandbox = try enclose(&endpoint, network.port)
        guard let cable = sandbox.cable else { throw EngineError(.internal, "a sandbox without a link to the bridge") }
        let mac = wanted ?? MACAddress(for: address)
        let length = Int(network.address.prefixLength)
        let gateway = network.address.address
        do {
            try sandbox.route.perform([
                .setMAC(.index(cable.innerIndex), mac),
                .addAddress(.v4(address), prefixLength: length, to: cable.innerIndex),
                .addDefaultRoute(gateway: .v4(gateway), link: cable.innerIndex),
            ])
        } catch {
            throw .network(error)
        }
        endpoint.spec.networkID = network.id(table: configuration.tableName)
        endpoint.spec.endpointID = RandomDigits.text(64)
        endpoint.spec.bridge = network.name
        endpoint.spec.interface = Sandbox.Cable.inside
        endpoint.spec.hostInterface = cable.hostName
        endpoint.spec.ipAddress = address.description
        endpoint.spec.prefixLength = length
        endpoint.spec.gateway = gateway.description
        endpoint.spec.macAddress = mac.description
    }

    private static func macAddress(_ request: EndpointRequest) throws(EngineError) -> MACAddress? {
        guard let text = request.macAddress, !text.isEmpty else { return nil }
        guard let mac = MACAddress(text), !mac.isMulticast else {
            throw EngineError(.badParameter, "\(text) is not a valid mac address")
        }
        return mac
    }

    private func writeFiles(
        _ spec: SandboxSpec, _ request: EndpointRequest, _ names: ResolverFile.Choices
    ) throws(EngineError) {
        let files = NameFiles(folder: request.directory)
        var extraHosts: [ExtraHost] = []
        let gateway = spec.gateway ?? ""
        for text in request.extraHosts { extraHosts.append(try ExtraHost(parsing: text, gateway: gateway)) }
        let resolver = hostFile(configuration.resolverFile)
        if case .host = request.mode {
            try files.write(hosts: HostsFile.text(copyOf: hostFile(configuration.hostsFile), extraHosts: extraHosts))
            let text = names.isEmpty ? resolver : ResolverFile.text(host: resolver, container: names, daemon: names)
            try files.write(resolver: text)
        } else {
            try files.write(
                hosts: HostsFile.text(
                    address: spec.ipAddress ?? "", hostname: request.hostname, domainname: request.domainname,
                    extraHosts: extraHosts))
            try files.write(resolver: ResolverFile.text(host: resolver, container: names, daemon: settings.names))
        }
        try files.write(hostname: request.hostname, domainname: request.domainname)
    }

    /// A file of the host; one that can't be read is as good as empty.
    private func hostFile(_ path: String) -> String {
        String(decoding: (try? HostFile.read(path, limit: 1 << 20)) ?? [], as: UTF8.self)
    }
}
