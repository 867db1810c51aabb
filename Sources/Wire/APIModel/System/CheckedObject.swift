/// One object that a check of the store looked at: a row of the answer to `GET /system/check`, a call that Docker does
/// not have.
public struct CheckedObject: Codable, Sendable, Equatable {
    /// `blob`, `layer`, `image`, `name` or `container`.
    public var kind: String
    /// A digest, an image's name, a container's id.
    public var name: String
    /// What is wrong; nil when nothing is.
    public var problem: String?

    public init(kind: String, name: String, problem: String? = nil) {
        self.kind = kind
        self.name = name
        self.problem = problem
    }

    enum CodingKeys: String, CodingKey {
        case kind = "Kind"
        case name = "Name"
        case problem = "Problem"
    }
}
