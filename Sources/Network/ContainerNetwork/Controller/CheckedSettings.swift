internal import Netlink
internal import Primitives

/// The texts of a configuration, read and found to go together.
struct CheckedSettings: Sendable {
    var bridgeCIDR: IPNetwork?
    var fixedCIDR: IPNetwork?
    var fixedCIDRv6: IPNetwork?
    var defaultGateway: IPAddress?
    var defaultGatewayV6: IPAddress?
    var bindAddress: IPAddress
    var names: ResolverFile.Choices

    init(_ configuration: NetworkConfiguration) throws(EngineError) {
        bridgeCIDR = try Self.network(configuration.bridgeCIDR, .v4)
        fixedCIDR = try Self.network(configuration.fixedCIDR, .v4)
        fixedCIDRv6 = try Self.network(configuration.fixedCIDRv6, .v6)
        defaultGateway = try Self.gateway(configuration.defaultGateway, .v4)
        defaultGatewayV6 = try Self.gateway(configuration.defaultGatewayV6, .v6)
        bindAddress = try Self.address(configuration.defaultBindAddress)
        names = ResolverFile.Choices(
            dns: configuration.dns, search: configuration.dnsSearch, options: configuration.dnsOptions)
        try names.validate()
        try Self.checkNames(configuration)
        try checkCombination(configuration)
    }

    private func checkCombination(_ configuration: NetworkConfiguration) throws(EngineError) {
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
        if !configuration.hasIPv6 && (fixedCIDRv6 != nil || defaultGatewayV6 != nil) {
            throw EngineError(.badParameter, "--fixed-cidr-v6 and --default-gateway-v6 need --ipv6")
        }
    }

    /// Both go into commands for the firewall and the kernel as they are.
    private static func checkNames(_ configuration: NetworkConfiguration) throws(EngineError) {
        guard LinkName.isValid(configuration.bridge) else {
            throw EngineError(.badParameter, "invalid bridge name: \"\(configuration.bridge)\"")
        }
        let table = configuration.tableName.utf8
        guard (1...60).contains(table.count), table.allSatisfy(LinkName.isPlain), let first = table.first, first > 57
        else {
            throw EngineError(.badParameter, "invalid firewall table name: \"\(configuration.tableName)\"")
        }
        guard configuration.mtu == 0 || (68...65535).contains(configuration.mtu) else {
            throw EngineError(.badParameter, "invalid mtu: \(configuration.mtu)")
        }
    }

    private static func network(_ text: String?, _ family: AddressFamily) throws(EngineError) -> IPNetwork? {
        guard let text, !text.isEmpty else { return nil }
        guard let network = IPNetwork(text), network.family == family else {
            throw EngineError(.badParameter, "invalid CIDR address: \(text)")
        }
        return network
    }

    private static func gateway(_ text: String?, _ family: AddressFamily) throws(EngineError) -> IPAddress? {
        guard let text, !text.isEmpty else { return nil }
        guard let address = IPAddress(text), address.family == family else {
            throw EngineError(.badParameter, "invalid default gateway: \(text)")
        }
        return address
    }

    /// Of a published port.
    static func address(_ text: String) throws(EngineError) -> IPAddress {
        guard let address = IPAddress(text), !address.isMulticast else {
            throw EngineError(.badParameter, "Invalid ip address: \(text)")
        }
        return address
    }
}
