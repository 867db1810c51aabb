/// One row of `GET /images/search`.
public struct SearchResult: Codable, Sendable, Equatable {
    @Zero public var starCount: Int
    @Zero public var isOfficial: Bool
    @Zero public var name: String
    /// Built by the registry from its sources.
    @Zero public var isAutomated: Bool
    @Zero public var description: String

    public init(
        name: String, description: String = "", starCount: Int = 0, isOfficial: Bool = false, isAutomated: Bool = false
    ) {
        self.starCount = starCount
        self.isOfficial = isOfficial
        self.name = name
        self.isAutomated = isAutomated
        self.description = description
    }

    enum CodingKeys: String, CodingKey {
        case starCount = "star_count"
        case isOfficial = "is_official"
        case name
        case isAutomated = "is_automated"
        case description
    }
}

/// What `GET /images/search` asks for.
public struct ImageSearch: Sendable {
    /// A word, or `host[:port]/word` for a registry other than Docker Hub.
    public var term: String
    /// How many results there may be: 1 to 100.
    public var limit: Int
    public var filters: Filters
    public var authorization: RegistryAuthorization?

    public static let defaultLimit = 25

    public init(
        term: String, limit: Int = defaultLimit, filters: Filters = Filters(),
        authorization: RegistryAuthorization? = nil
    ) {
        self.term = term
        self.limit = limit
        self.filters = filters
        self.authorization = authorization
    }
}
