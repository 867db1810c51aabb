internal import Netlink
internal import Primitives

/// The options of a network of driver `bridge`.
struct BridgeOptions: Sendable {
    static let name = "com.docker.network.bridge.name"
    static let isDefault = "com.docker.network.bridge.default_bridge"
    static let allowsInterContainer = "com.docker.network.bridge.enable_icc"
    static let masquerades = "com.docker.network.bridge.enable_ip_masquerade"
    static let bindAddress = "com.docker.network.bridge.host_binding_ipv4"
    static let gatewayModes: [AddressFamily: String] = [
        .v4: "com.docker.network.bridge.gateway_mode_ipv4", .v6: "com.docker.network.bridge.gateway_mode_ipv6",
    ]
    private static let known = Set(gatewayModes.values)
        .union([
            name, isDefault, allowsInterContainer, masquerades, bindAddress, DriverOptions.mtu, DriverOptions.prefix,
        ])

    let name: String?
    let allowsInterContainer: Bool
    let masquerades: Bool
    let bindAddress: IPv4Address?
    let mtu: Int?
    let interfacePrefix: String
    /// Families whose containers are reached by their own addresses, without translation.
    let routed: Set<AddressFamily>

    init(_ definition: NetworkDefinition) throws(EngineError) {
        let options = DriverOptions(definition)
        try options.refuseUnknown(Self.known, driver: "bridge")
        name = options.text(Self.name)
        if let name, !LinkName.isValid(name) { throw EngineError(.badParameter, "invalid bridge name: \"\(name)\"") }
        allowsInterContainer = try options.bool(Self.allowsInterContainer) ?? true
        masquerades = try options.bool(Self.masquerades) ?? true
        mtu = try options.mtu()
        interfacePrefix = try options.interfacePrefix()
        var routed: Set<AddressFamily> = []
        for (family, key) in Self.gatewayModes {
            switch options.text(key) {
            case nil, "nat": break
            case "routed": routed.insert(family)
            case let mode?:
                throw EngineError(.badParameter, "gateway mode \(mode) (\(key)) is not supported: use nat or routed")
            }
        }
        self.routed = routed
        bindAddress = try options.text(Self.bindAddress).map { text throws(EngineError) in
            guard let address = IPv4Address(text) else {
                throw DriverOptions.invalid(Self.bindAddress, text)
            }
            return address
        }
    }
}
