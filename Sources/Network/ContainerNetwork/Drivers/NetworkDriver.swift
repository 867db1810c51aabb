internal import Netlink
internal import Primitives

/// What makes networks of one kind. The controller alone calls it, one network at a time.
protocol NetworkDriver: Sendable {
    /// Checks the options and fills in what was left open. Nothing is made.
    ///
    /// `others` are the networks that are there. Errors: `badParameter`, `forbidden` for what another network has.
    func complete(_ network: inout NetworkDefinition, among others: [NetworkDefinition]) throws(EngineError)

    /// Makes what the network needs on the host, or takes it over from the daemon before. After an error nothing new is
    /// left. The definition is complete.
    func open(_ network: NetworkDefinition) throws(EngineError) -> OpenNetwork

    /// Takes away what `open` made. What is gone already is no error.
    func remove(_ network: OpenNetwork) throws(EngineError)
}

/// A network that containers can be connected to.
struct OpenNetwork: Sendable {
    var definition: NetworkDefinition
    /// Where the containers' links come from; nil: they get none.
    var link: LinkSource?
    var bridge: String?
    /// Number of the link that leads to the same network on other hosts.
    var tunnel: Int32?
    /// Names of links inside: this and a number.
    var interfacePrefix = "eth"
    var pools: [AddressFamily: NetworkPool] = [:]
    /// What the firewall has to know; nil where it is not asked.
    var rules: BridgeRules?
    /// Where ports are published that name no address.
    var bindAddress: IPv4Address?
    /// The one that containers are on who ask for none: no names there, links instead.
    var isDefault = false
    /// Endpoints on it, and those that are being made.
    var users = 0

    var id: String { definition.id }
    /// It leads out of the host (or at least to it).
    func gateway(_ family: AddressFamily) -> IPAddress? {
        definition.isInternal ? nil : pools[family]?.gateway
    }
}

/// Where a container's link comes from.
enum LinkSource: Sendable, Hashable {
    /// A cable to a bridge.
    case bridge(Int32, mtu: Int)
    /// A link of its own upon one of the host's (`linux/if_link.h` has the modes).
    case macvlan(parent: Int32, mode: UInt32, mtu: Int)
}
