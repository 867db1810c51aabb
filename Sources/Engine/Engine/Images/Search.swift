public import APIModel
internal import ImageModel
public import Primitives
internal import RegistryClient

extension Engine {
    /// Asks the registry that the term names, or Docker Hub. Errors: `badParameter` for limit, filters and term;
    /// `notFound` for a registry without a search; `unauthorized`; `unavailable`.
    public func searchImages(_ request: ImageSearch) async throws(EngineError) -> [SearchResult] {
        guard (1...100).contains(request.limit) else {
            throw EngineError(.badParameter, "limit \(request.limit) is outside the range of [1, 100]")
        }
        let filter = try SearchFilter(request.filters)
        let (domain, word) = try SearchTerm.split(request.term)
        do throws(RegistryError) {
            let found = try await registry.search(
                word, at: domain, limit: request.limit, credentials: RegistryCredentials(request.authorization))
            return found.map(SearchResult.init).filter(filter.matches)
        } catch {
            switch error.status {
            case 404: throw EngineError(.notFound, error.message, cause: error)
            case 401, 403: throw EngineError(.unauthorized, error.message, cause: error)
            default: throw EngineError(.unavailable, error.message, cause: error)
            }
        }
    }
}

extension SearchResult {
    fileprivate init(_ found: FoundRepository) {
        self.init(
            name: found.name, description: found.description, starCount: found.stars, isOfficial: found.isOfficial,
            isAutomated: found.isAutomated)
    }
}

/// `word`, `host:port/word`.
enum SearchTerm {
    /// Errors: `badParameter` for what can't be one.
    static func split(_ term: String) throws(EngineError) -> (domain: String, word: String) {
        guard !term.contains("://") else {
            throw EngineError(.badParameter, "invalid repository name (ex: \"registry.domain.tld/myrepos\")")
        }
        guard let slash = term.firstIndex(of: "/") else { return (ImageReference.defaultDomain, term) }
        let first = term[..<slash]
        let isHost = first.contains(".") || first.contains(":") || first == "localhost"
        let domain = isHost ? String(first) : ImageReference.defaultDomain
        var word = isHost ? String(term[term.index(after: slash)...]) : term
        if domain == ImageReference.defaultDomain || domain == "index.docker.io" {
            // Official images have no user on Docker Hub.
            if word.hasPrefix("library/") { word.removeFirst("library/".count) }
            return (ImageReference.defaultDomain, word)
        }
        return (domain, word)
    }
}

/// The `filters` of `GET /images/search`.
struct SearchFilter: Sendable {
    private static let known: Set<String> = ["is-automated", "is-official", "stars"]

    private let isAutomated: Bool?
    private let isOfficial: Bool?
    private let stars: Int

    init(_ filters: Filters) throws(EngineError) {
        for key in filters.values.keys.sorted() where !Self.known.contains(key) {
            throw EngineError(.badParameter, "invalid filter '\(key)'")
        }
        isAutomated = try filters.bool("is-automated")
        isOfficial = try filters.bool("is-official")
        var most = 0
        for text in filters["stars"] {
            guard let number = Int(text) else { throw EngineError(.badParameter, "invalid filter 'stars=\(text)'") }
            most = max(most, number)
        }
        stars = most
    }

    func matches(_ result: SearchResult) -> Bool {
        (isAutomated ?? result.isAutomated) == result.isAutomated
            && (isOfficial ?? result.isOfficial) == result.isOfficial && result.starCount >= stars
    }
}
