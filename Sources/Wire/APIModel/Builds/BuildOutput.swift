/// What becomes of a build's image.
public struct BuildOutput: Codable, Sendable, Equatable {
    /// `image` is kept by the engine, under the names in `name`; `local`, `tar`, `oci` and `docker` are fetched by the client
    /// (`BuildResult`).
    @Zero public var type: String
    @Zero public var attributes: [String: String]

    public init(type: String, attributes: [String: String] = [:]) {
        self.type = type
        self.attributes = attributes
    }

    enum CodingKeys: String, CodingKey {
        case type = "Type"
        case attributes = "Attrs"
    }
}
