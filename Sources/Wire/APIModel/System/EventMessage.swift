/// One event, in today's shape with the fields of old beside them.
public struct EventMessage: Codable, Sendable {
    public struct Actor: Codable, Sendable {
        public var id: String
        public var attributes: [String: String]

        public init(id: String, attributes: [String: String]) {
            self.id = id
            self.attributes = attributes
        }

        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }
    }

    /// Legacy: same as `action`; containers and images only.
    public var status: String?
    public var id: String?
    /// The image of a container's event.
    public var from: String?
    /// `container`, `image`, `volume`, `network`, `daemon`.
    public var type: String
    public var action: String
    public var actor: Actor
    public var scope: String
    /// Unix seconds.
    public var time: Int64
    public var timeNano: Int64

    public init(type: String, action: String, actor: Actor, from: String? = nil, timeNano: Int64) {
        let legacy = type == "container" || type == "image"
        status = legacy ? action : nil
        id = legacy ? actor.id : nil
        self.from = from
        self.type = type
        self.action = action
        self.actor = actor
        scope = "local"
        time = timeNano / 1_000_000_000
        self.timeNano = timeNano
    }

    enum CodingKeys: String, CodingKey {
        case status, id, from
        case type = "Type"
        case action = "Action"
        case actor = "Actor"
        case scope, time, timeNano
    }
}
