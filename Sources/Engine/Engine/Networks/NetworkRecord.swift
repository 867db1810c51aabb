internal import APIModel
internal import ContainerNetwork
internal import Primitives

/// All that is known of a network, as it is stored.
struct NetworkRecord: Codable, Sendable {
    var definition: NetworkDefinition
    var created: Timestamp
    var scope = "local"
    /// Docker's `--attachable`: every network of one host is.
    var attachable = false
    var labels: [String: String] = [:]
    var ipamDriver = "default"
    var ipamOptions: [String: String]?
    /// Families whose subnet the user chose: only there containers may choose their addresses.
    var hasOwnIPv4Subnet = false
    var hasOwnIPv6Subnet = false
    /// Of a family that is not enabled: shown, as in Docker, and nothing more.
    var unusedPools: [NetworkDefinition.Pool]?

    var id: String { definition.id }
    var name: String { definition.name }
    var isPredefined: Bool { Self.predefined.contains(definition.name) }

    static let predefined: Set<String> = ["bridge", "host", "none"]
}

extension NetworkRecord {
    /// In the API's shape, without its containers.
    var resource: NetworkResource {
        var resource = NetworkResource()
        resource.name = name
        resource.id = id
        resource.created = created.description
        resource.scope = scope
        resource.driver = definition.driver
        resource.enableIPv4 = definition.hasIPv4
        resource.enableIPv6 = definition.hasIPv6
        resource.ipam.driver = ipamDriver
        resource.ipam.options = ipamOptions
        resource.ipam.config = (definition.pools + (unusedPools ?? [])).map { pool in
            var entry = IPAMPool()
            (entry.subnet, entry.ipRange, entry.gateway) = (pool.subnet, pool.range, pool.gateway)
            entry.auxiliaryAddresses = pool.auxiliary
            return entry
        }
        resource.isInternal = definition.isInternal
        resource.attachable = attachable
        resource.options = definition.options
        resource.labels = labels
        return resource
    }
}
