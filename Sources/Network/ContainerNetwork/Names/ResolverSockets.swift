internal import LinuxSystem
internal import Netlink
internal import Primitives

/// Where the embedded name server listens in a sandbox: two ports that the kernel chose. 127.0.0.11:53 leads there, so
/// that a name server of the container's own can still have port 53.
struct ResolverPorts: Sendable, Hashable, Codable {
    var udp: UInt16
    var tcp: UInt16
}

/// The sockets at those ports.
struct ResolverSockets: Sendable {
    let datagrams: FDBox
    let listener: FDBox
    let ports: ResolverPorts

    /// Opens the sockets in a namespace and leads 127.0.0.11:53 to them. `ports`: those of the daemon before, which are
    /// taken again when they are free; then the way there is still open.
    static func open(in namespace: borrowing FD, _ ports: ResolverPorts? = nil) throws(EngineError) -> ResolverSockets {
        do {
            return try NetworkNamespace.run(in: namespace) {
                if let ports, let sockets = try? listen(ports.udp, ports.tcp) { return sockets }
                let sockets = try listen(0, 0)
                try Nftables().run(rules(sockets.ports))
                return sockets
            }
        } catch {
            throw EngineError(.internal, "open the embedded name server: \(error)", cause: error)
        }
    }

    private static func listen(_ udp: UInt16, _ tcp: UInt16) throws -> ResolverSockets {
        let address = (IPAddress(ResolverFile.embeddedServer) ?? .v4(.loopback)).bytes
        let datagrams = FDBox(try DatagramSocket.bound(to: SocketAddress(address, port: udp)))
        let listener = FDBox(try StreamSocket.listening(at: SocketAddress(address, port: tcp)))
        let ports = ResolverPorts(
            udp: try datagrams.fd.localAddress().port, tcp: try listener.fd.localAddress().port)
        return ResolverSockets(datagrams: datagrams, listener: listener, ports: ports)
    }

    private static func rules(_ ports: ResolverPorts) -> String {
        let server = ResolverFile.embeddedServer
        return """
            add table ip martlet
            delete table ip martlet
            table ip martlet {
                chain resolve {
                    type nat hook output priority -100; policy accept;
                    ip daddr \(server) udp dport 53 dnat to \(server):\(ports.udp)
                    ip daddr \(server) tcp dport 53 dnat to \(server):\(ports.tcp)
                }
            }
            """
    }

    /// Opens sockets towards other servers in the container's place.
    static func opener(_ path: String) -> @Sendable (AddressFamily, Bool) throws(SystemError) -> FDBox {
        { (family, isStream) throws(SystemError) in
            do {
                let number = Int32(family.rawValue)
                return try NetworkNamespace.run(in: NetworkNamespace.open(path)) {
                    FDBox(
                        isStream ? try StreamSocket.open(family: number) : try DatagramSocket.open(family: number))
                }
            } catch {
                // ENETUNREACH: what the namespace's end looks like from here.
                throw error as? SystemError ?? SystemError(errno: 101, call: "socket")
            }
        }
    }
}
