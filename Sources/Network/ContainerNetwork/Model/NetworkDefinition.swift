/// A network as it is kept: what was asked for, with everything filled in that was left open.
public struct NetworkDefinition: Codable, Sendable, Hashable {
    /// One subnet, with its texts as in the API.
    public struct Pool: Codable, Sendable, Hashable {
        /// `172.18.0.0/16`, `fd00:1::/64`.
        public var subnet: String
        /// The part of it that containers get addresses from; empty for all of it.
        public var range: String
        /// Empty for none.
        public var gateway: String
        /// Addresses of other things, by name: never given to containers.
        public var auxiliary: [String: String]

        public init(subnet: String, range: String = "", gateway: String = "", auxiliary: [String: String] = [:]) {
            self.subnet = subnet
            self.range = range
            self.gateway = gateway
            self.auxiliary = auxiliary
        }
    }

    /// 64 hexadecimal digits.
    public let id: String
    public var name: String
    /// `bridge`, `macvlan`, `null`, `host`.
    public var driver: String
    public var hasIPv4: Bool
    public var hasIPv6: Bool
    /// At most one a family.
    public var pools: [Pool]
    /// Containers on it reach nobody outside of it.
    public var isInternal: Bool
    /// `-o`: the driver's by their long names, others as they came.
    public var options: [String: String]

    public init(
        id: String, name: String, driver: String = "bridge", hasIPv4: Bool = true, hasIPv6: Bool = false,
        pools: [Pool] = [], isInternal: Bool = false, options: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.driver = driver
        self.hasIPv4 = hasIPv4
        self.hasIPv6 = hasIPv6
        self.pools = pools
        self.isInternal = isInternal
        self.options = options
    }

    /// A new id: 64 digits at random.
    public static func newID() -> String { RandomDigits.text(64) }
}
