internal import ContainerNetwork
internal import DaemonConfiguration
internal import EtcdStore
internal import Primitives

extension Daemon {
    /// The store that the flags name, for the engine to share networks by; nil for none. Nothing is connected yet.
    ///
    /// Errors: `badParameter`.
    func clusterConfiguration() throws(EngineError) -> ClusterConfiguration? {
        guard !configuration.clusterStore.isEmpty else { return nil }
        let address = try EtcdAddress(configuration.clusterStore)
        var cluster = ClusterConfiguration(
            store: EtcdStore(address), prefix: address.prefix, advertise: configuration.clusterAdvertise)
        cluster.leaseSeconds = configuration.clusterLeaseSeconds
        return cluster
    }
}
