internal import LinuxSystem
internal import Netlink
internal import Primitives

/// A port of the host that belongs to a container.
struct PortClaim: Sendable, Hashable {
    var address: IPAddress
    var port: UInt16
    var transport: TransportProtocol
}

extension PortClaim {
    /// Both can't be had.
    func overlaps(_ other: PortClaim) -> Bool {
        (port, transport, address.family) == (other.port, other.transport, other.address.family)
            && (address.isAny || other.address.isAny || address == other.address)
    }

    /// Nil for texts that are none, which only a record could have that somebody changed.
    init?(_ port: PublishedPort) {
        guard let transport = TransportProtocol.allCases.first(where: { "\($0)" == port.transport }),
            let address = IPAddress(port.hostIP)
        else { return nil }
        self.init(address: address, port: port.hostPort, transport: transport)
    }
}

/// Which ports of the host are given. A port at 0.0.0.0 or :: is taken at every address
/// of its family.
struct PortTable: Sendable {
    private struct Place: Hashable {
        var port: UInt16
        var transport: TransportProtocol
    }

    private struct Source: Hashable {
        var address: IPAddress
        var transport: TransportProtocol
    }

    /// Ports that are given to who names none.
    let ephemeral: ClosedRange<UInt16>
    private var taken: [Place: Set<IPAddress>] = [:]
    private var last: [Source: UInt16] = [:]

    init(ephemeral: ClosedRange<UInt16>) { self.ephemeral = ephemeral }

    /// False when the port is given already.
    mutating func take(_ claim: PortClaim) -> Bool {
        guard isFree(claim) else { return false }
        taken[Place(port: claim.port, transport: claim.transport), default: []].insert(claim.address)
        return true
    }

    mutating func release(_ claim: PortClaim) {
        let place = Place(port: claim.port, transport: claim.transport)
        taken[place]?.remove(claim.address)
        if taken[place]?.isEmpty == true { taken[place] = nil }
    }

    /// Takes the next free ephemeral port after the last one given; nil when there is none.
    mutating func takeAny(_ address: IPAddress, _ transport: TransportProtocol) -> PortClaim? {
        let source = Source(address: address, transport: transport)
        var port = last[source] ?? ephemeral.upperBound
        for _ in ephemeral {
            port = port == ephemeral.upperBound ? ephemeral.lowerBound : port + 1
            let claim = PortClaim(address: address, port: port, transport: transport)
            guard take(claim) else { continue }
            last[source] = port
            return claim
        }
        return nil
    }

    private func isFree(_ claim: PortClaim) -> Bool {
        guard let addresses = taken[Place(port: claim.port, transport: claim.transport)] else { return true }
        let family = claim.address.family
        if claim.address.isAny { return !addresses.contains { $0.family == family } }
        return !addresses.contains(.any(family)) && !addresses.contains(claim.address)
    }

    /// The kernel's range for programs that name no port, or Docker's where that can't be read.
    static func ephemeralRange(_ path: String = "/proc/sys/net/ipv4/ip_local_port_range") -> ClosedRange<UInt16> {
        let fallback: ClosedRange<UInt16> = 49153...65535
        guard let bytes = try? HostFile.read(path, limit: 4096) else { return fallback }
        let numbers = bytes.split { $0 == 9 || $0 == 10 || $0 == 32 }.map {
            UInt16(String(decoding: $0, as: UTF8.self))
        }
        guard numbers.count == 2, let first = numbers[0], let end = numbers[1], 0 < first, first <= end else {
            return fallback
        }
        return first...end
    }
}
