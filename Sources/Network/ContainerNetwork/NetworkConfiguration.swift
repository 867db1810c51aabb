/// What the daemon's flags say about networks. Texts are checked by `NetworkController.init`.
public struct NetworkConfiguration: Sendable {
    /// `--bridge`. `none` switches container networks off.
    public var bridge = "docker0"
    /// False for a bridge that the administrator made (`-b NAME`): it must exist, with an address.
    public var createsBridge = true
    /// `--bip`: address and network of the bridge, such as `172.17.0.1/16`; chosen when nil.
    public var bridgeCIDR: String?
    /// `--fixed-cidr`: the part of the bridge's network that containers get addresses from.
    public var fixedCIDR: String?
    /// `--ipv6`: the default bridge has IPv6.
    public var hasIPv6 = false
    /// `--fixed-cidr-v6`: the subnet that its containers get addresses of; link-local ones only when nil.
    public var fixedCIDRv6: String?
    /// `--default-gateway`, `--default-gateway-v6`: where its containers' default routes lead; the bridge when nil.
    public var defaultGateway: String?
    public var defaultGatewayV6: String?
    /// `--mtu`; 0 takes that of the default route's link.
    public var mtu = 0
    /// `--ip`: where ports are published that name no address.
    public var defaultBindAddress = "0.0.0.0"
    /// `--dns`, `--dns-search`, `--dns-opt`.
    public var dns: [String] = []
    public var dnsSearch: [String] = []
    public var dnsOptions: [String] = []
    /// `--iptables`: false touches no firewall, and no port can be published.
    public var managesFirewall = true
    /// `--ip-masq`.
    public var masquerades = true
    /// `--ip-forward`: turns forwarding on for the whole host.
    public var forwards = true
    /// `--icc`: containers of the default bridge reach each other.
    public var allowsInterContainer = true
    /// Namespaces are kept in its folder `netns`. Lives as long as the machine runs.
    public var runDirectory: String
    /// Sandboxes kept ready for the next containers, each kind; 0 makes every one when it is asked for.
    public var warmSandboxes = 4
    /// The firewall table, which also marks links as this daemon's: one name for each daemon of a host.
    public var tableName = "martlet"
    /// `--userland-proxy`: ports that the kernel can't translate are passed on by a process, one for each container.
    public var usesProxy = true
    /// The program that does it (`martlet-shim`); nil does without.
    public var proxyProgram: String?
    /// Makes IPv6 subnets of the daemon's choice its own: a text that no other daemon has.
    public var seed = ""
    /// Networks are shared with other engines; nil keeps to this host.
    public var cluster: ClusterConfiguration?
    /// TCP ports that are the daemon's own and never given to a container.
    public var reservedPorts: [UInt16] = []
    /// The host's own files.
    public var hostsFile = "/etc/hosts"
    public var resolverFile = "/etc/resolv.conf"

    public init(runDirectory: String) { self.runDirectory = runDirectory }
}
