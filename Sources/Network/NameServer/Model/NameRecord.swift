public import Primitives

/// What the name server knows of a container's end in one network.
public struct NameRecord: Sendable, Hashable {
    /// The endpoint's id, unique in its zone.
    public var endpoint: String
    /// The container's name: what an address is called in PTR answers.
    public var primaryName: String
    /// The other names it answers to: aliases, the short id, the host name. Several endpoints may share one.
    public var names: [String]
    /// Of both families, in any order.
    public var addresses: [IPAddress]

    public init(endpoint: String, primaryName: String, names: [String] = [], addresses: [IPAddress]) {
        self.endpoint = endpoint
        self.primaryName = primaryName
        self.names = names
        self.addresses = addresses
    }
}
