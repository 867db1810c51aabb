internal import Netlink
internal import Primitives

/// A published port whose texts have been read.
struct PortBinding: Sendable, Hashable {
    var containerPort: UInt16
    var transport: TransportProtocol
    var hostAddress: IPv4Address
    var hostPorts: ClosedRange<UInt16>?

    static func parse(_ requests: [PortRequest], defaultAddress: IPv4Address) throws(EngineError) -> [PortBinding] {
        var bindings: [PortBinding] = []
        for request in requests { bindings.append(try PortBinding(request, defaultAddress: defaultAddress)) }
        return bindings
    }

    private init(_ request: PortRequest, defaultAddress: IPv4Address) throws(EngineError) {
        guard let transport = TransportProtocol.allCases.first(where: { "\($0)" == request.transport }) else {
            throw EngineError(.badParameter, "Invalid proto: \(request.transport)")
        }
        guard request.containerPort > 0 else { throw EngineError(.badParameter, "Invalid containerPort: 0") }
        if let range = request.hostPorts, range.lowerBound == 0 {
            throw EngineError(.badParameter, "Invalid hostPort: 0")
        }
        containerPort = request.containerPort
        self.transport = transport
        hostAddress = request.hostIP.isEmpty ? defaultAddress : try CheckedSettings.address(request.hostIP)
        hostPorts = request.hostPorts
    }
}
