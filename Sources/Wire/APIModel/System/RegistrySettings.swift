/// `RegistryConfig` of `GET /info`: which registries are spoken to in a way of their own.
public struct RegistrySettings: Codable, Sendable, Hashable {
    public struct Index: Codable, Sendable, Hashable {
        public var name: String
        public var mirrors: [String]
        public var isSecure: Bool
        public var isOfficial: Bool

        public init(name: String, mirrors: [String] = [], isSecure: Bool, isOfficial: Bool = false) {
            self.name = name
            self.mirrors = mirrors
            self.isSecure = isSecure
            self.isOfficial = isOfficial
        }

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case mirrors = "Mirrors"
            case isSecure = "Secure"
            case isOfficial = "Official"
        }
    }

    public var insecureNetworks: [String]
    /// By name; Docker Hub among them.
    public var indexes: [String: Index]
    public var mirrors: [String]

    public init(insecureNetworks: [String], indexes: [String: Index], mirrors: [String]) {
        self.insecureNetworks = insecureNetworks
        self.indexes = indexes
        self.mirrors = mirrors
    }

    enum CodingKeys: String, CodingKey {
        case insecureNetworks = "InsecureRegistryCIDRs"
        case indexes = "IndexConfigs"
        case mirrors = "Mirrors"
    }
}
