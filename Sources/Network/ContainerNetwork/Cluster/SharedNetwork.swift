internal import OrderedJSON

/// A network of several engines, as they tell each other of it.
public struct SharedNetwork: Codable, Sendable, Hashable {
    public var definition: NetworkDefinition
    /// What the engines' books say besides; nobody here reads it.
    public var note: String

    public init(definition: NetworkDefinition, note: String) {
        self.definition = definition
        self.note = note
    }

    var id: String { definition.id }
}

/// Who keeps the books of an engine's networks. Called on the cluster's own thread, one call at a time; calls may block.
public protocol SharedNetworkKeeper: AnyObject, Sendable {
    /// Another engine made a network, and it is open here. It may be known already.
    func sharedNetworkCame(_ network: SharedNetwork)
    /// It was removed. It may be unknown.
    func sharedNetworkWent(_ id: String)
    /// What the books say of one.
    func sharedNetwork(_ id: String) -> SharedNetwork?
    /// Something for the log.
    func clusterReports(_ text: String)
}

extension Decodable {
    /// Nil for what can't be read.
    init?(shared bytes: [UInt8]) {
        guard let value = try? OrderedJSONDecoder().decode(Self.self, from: bytes) else { return nil }
        self = value
    }
}

extension Encodable {
    /// Plain values always have a text.
    var shared: [UInt8] { (try? OrderedJSONEncoder().encode(self)) ?? [] }
}
