internal import Primitives

/// The options of a network of driver `overlay`.
struct OverlayOptions: Sendable {
    static let numbers = "com.docker.network.driver.overlay.vxlanid_list"
    private static let encrypted = "encrypted"

    /// Of its VXLAN network; nil while none is chosen.
    let number: UInt32?
    /// Room for what VXLAN puts in front is left on a link of 1500.
    let mtu: Int
    let interfacePrefix: String

    init(_ definition: NetworkDefinition) throws(EngineError) {
        let options = DriverOptions(definition)
        try options.refuseUnknown([Self.numbers, DriverOptions.mtu, DriverOptions.prefix], driver: OverlayDriver.name)
        if let text = options.values[Self.encrypted], text != "false" {
            throw EngineError(.notImplemented, "overlay driver: option encrypted is not supported yet")
        }
        mtu = try options.mtu() ?? 1450
        interfacePrefix = try options.interfacePrefix()
        number = try options.text(Self.numbers).map { text throws(EngineError) in
            // 24 bits (RFC 7348); all subnets of a network are in one.
            guard let number = UInt32(text), (1...0xff_ffff).contains(number) else {
                throw DriverOptions.invalid(Self.numbers, text)
            }
            return number
        }
    }

    static func number(of definition: NetworkDefinition) -> UInt32? {
        definition.options[numbers].flatMap { UInt32($0) }
    }

    /// The first that nobody has. Those below 256 are left to people.
    static func chooseNumber(among others: [NetworkDefinition]) -> UInt32 {
        let used = Set(others.compactMap(number))
        return (256...0xff_ffff).first { !used.contains($0) } ?? 256
    }
}
