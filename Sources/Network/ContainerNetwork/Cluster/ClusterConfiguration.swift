public import KeyValueStore

/// What engines need that share networks.
public struct ClusterConfiguration: Sendable {
    /// Where they agree (`--cluster-store`).
    public var store: any KeyValueStore
    /// What their keys begin with; empty, or without slashes at its ends.
    public var prefix: String
    /// Where other engines reach this one (`--cluster-advertise`): `10.0.0.7:2375`, or a link's name instead of the address.
    public var advertise: String
    /// For so many seconds the others keep what an engine told of its containers that is not heard of any more.
    public var leaseSeconds = 600

    public init(store: any KeyValueStore, prefix: String, advertise: String) {
        self.store = store
        self.prefix = prefix
        self.advertise = advertise
    }
}
