public import Primitives

/// A folder that outlives containers.
public struct Volume: Codable, Sendable, Equatable {
    public var name: String
    public var created: Timestamp
    public var labels: [String: String]
    public var options: [String: String]
    /// Made for one container, without a name of its own.
    public var isAnonymous: Bool
    /// The folder that is mounted; not stored, because the root may move.
    public internal(set) var mountpoint = ""

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case created = "CreatedAt"
        case labels = "Labels"
        case options = "Options"
        case isAnonymous = "Anonymous"
    }
}
