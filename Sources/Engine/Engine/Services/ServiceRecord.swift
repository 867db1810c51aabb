/// A service, as it is stored: a name in a network that a container can be put behind.
struct ServiceRecord: Codable, Sendable, Equatable {
    /// 64 hexadecimal digits.
    let id: String
    let name: String
    let networkID: String
    /// The id of the container behind it.
    var container: String?
    /// That one is on the network for the service's sake: it leaves with it.
    var bringsContainer = false
}
