internal import ContainerNetwork
internal import DaemonConfiguration
internal import EtcdStore
internal import Primitives

extension Daemon {
    /// The store that the flags name, for the engine to share networks by; nil for none. Nothing is connected yet.
    ///
    /// Errors: `badParameter` for what is no address, and for certificates that can't be read.
    func clusterConfiguration() throws(EngineError) -> ClusterConfiguration? {
        guard !configuration.clusterStore.isEmpty else { return nil }
        let address = try EtcdAddress(configuration.clusterStore)
        let files = EtcdCertificates(
            authority: configuration.clusterAuthority, certificate: configuration.clusterCertificate,
            key: configuration.clusterKey)
        let usesTLS = !files.authority.isEmpty || !files.certificate.isEmpty
        var cluster = ClusterConfiguration(
            store: try EtcdStore(address, usesTLS ? files : nil), prefix: address.prefix,
            advertise: configuration.clusterAdvertise)
        cluster.leaseSeconds = configuration.clusterLeaseSeconds
        return cluster
    }
}
