internal import Netlink
internal import Primitives

/// The texts of a configuration, read and found to go together.
struct CheckedSettings: Sendable {
    var bridgeCIDR: IPv4Network?
    var fixedCIDR: IPv4Network?
    var bindAddress: IPv4Address
    var names: ResolverFile.Choices

    init(_ configuration: NetworkConfiguration) throws(EngineError) {
        bridgeCIDR = try Self.network(configuration.bridgeCIDR)
        fixedCIDR = try Self.network(configuration.fixedCIDR)
        bindAddress = try Self.address(configuration.defaultBindAddress)
        names = ResolverFile.Choices(
            dns: configuration.dns, search: configuration.dnsSearch, options: configuration.dnsOptions)
        try names.validate()
        try Self.checkNames(configuration)
        if !configuration.createsBridge && bridgeCIDR != nil {
            throw EngineError(
                .badParameter, "You specified -b & --bip, mutually exclusive options. Please specify only one.")
        }
        if !configuration.managesFirewall && !configuration.allowsInterContainer {
            throw EngineError(
                .badParameter,
                "You specified --iptables=false with --icc=false. ICC uses iptables to function. Please set --icc or "
                    + "--iptables to true.")
        }
    }

    /// Both go into commands for the firewall and the kernel as they are.
    private static func checkNames(_ configuration: NetworkConfiguration) throws(EngineError) {
        func isPlain(_ byte: UInt8) -> Bool {
            (45...46).contains(byte) || (48...57).contains(byte) || (65...90).contains(byte) || byte == 95
                || (97...122).contains(byte)
        }
        let bridge = configuration.bridge.utf8
        // IFNAMSIZ holds 15 bytes and a NUL.
        guard (1...15).contains(bridge.count), bridge.allSatisfy(isPlain) else {
            throw EngineError(.badParameter, "invalid bridge name: \"\(configuration.bridge)\"")
        }
        let table = configuration.tableName.utf8
        guard (1...60).contains(table.count), table.allSatisfy(isPlain), let first = table.first, first > 57 else {
            throw EngineError(.badParameter, "invalid firewall table name: \"\(configuration.tableName)\"")
        }
        guard configuration.mtu == 0 || (68...65535).contains(configuration.mtu) else {
            throw EngineError(.badParameter, "invalid mtu: \(configuration.mtu)")
        }
    }

    private static func network(_ text: String?) throws(EngineError) -> IPv4Network? {
        guard let text, !text.isEmpty else { return nil }
        guard let network = IPv4Network(text) else {
            throw EngineError(.badParameter, "invalid CIDR address: \(text)")
        }
        return network
    }

    /// Of a published port. IPv6 comes with networks of IPv6.
    static func address(_ text: String) throws(EngineError) -> IPv4Address {
        switch IPAddress(text) {
        case .v4(let address): return address
        case .v6: throw EngineError(.notImplemented, "publishing ports at IPv6 addresses is not supported yet: \(text)")
        case nil: throw EngineError(.badParameter, "Invalid ip address: \(text)")
        }
    }
}
