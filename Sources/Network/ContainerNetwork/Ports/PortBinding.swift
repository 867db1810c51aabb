internal import Netlink
internal import Primitives

/// A published port whose texts have been read.
struct PortBinding: Sendable, Hashable {
    var containerPort: UInt16
    var transport: TransportProtocol
    /// One for each family; several share a port.
    var hostAddresses: [IPAddress]
    var hostPorts: ClosedRange<UInt16>?

    /// `defaults`: addresses for requests that name none.
    static func parse(_ requests: [PortRequest], defaults: [IPAddress]) throws(EngineError) -> [PortBinding] {
        var bindings: [PortBinding] = []
        for request in requests { bindings.append(try PortBinding(request, defaults)) }
        return bindings
    }

    private init(_ request: PortRequest, _ defaults: [IPAddress]) throws(EngineError) {
        guard let transport = TransportProtocol.allCases.first(where: { "\($0)" == request.transport }) else {
            throw EngineError(.badParameter, "Invalid proto: \(request.transport)")
        }
        guard request.containerPort > 0 else { throw EngineError(.badParameter, "Invalid containerPort: 0") }
        if let range = request.hostPorts, range.lowerBound == 0 {
            throw EngineError(.badParameter, "Invalid hostPort: 0")
        }
        containerPort = request.containerPort
        self.transport = transport
        hostPorts = request.hostPorts
        hostAddresses = request.hostIP.isEmpty ? defaults : [try CheckedSettings.address(request.hostIP)]
    }
}
