import APIModel
import Primitives
import Testing

@testable import Engine

@Suite struct SearchTests {
    @Test(arguments: [
        ("alpha", "docker.io", "alpha"), ("user/alpha", "docker.io", "user/alpha"),
        ("library/alpha", "docker.io", "alpha"), ("index.docker.io/library/alpha", "docker.io", "alpha"),
        ("host:5000/alpha", "host:5000", "alpha"), ("localhost/a/b", "localhost", "a/b"), ("x.y/", "x.y", ""),
    ])
    func aTermMayNameARegistry(_ term: String, _ domain: String, _ word: String) throws {
        let found = try SearchTerm.split(term)
        #expect(found.domain == domain && found.word == word)
    }

    @Test func filtersAreChecked() throws {
        for values in [["bogus": ["1"]], ["stars": ["many"]], ["is-official": ["perhaps"]]] {
            #expect(throws: EngineError.self) { try SearchFilter(Filters(values)) }
        }
        let filter = try SearchFilter(Filters(["stars": ["3", "10"], "is-automated": ["false"]]))
        #expect(filter.matches(SearchResult(name: "a", starCount: 10)))
        #expect(!filter.matches(SearchResult(name: "a", starCount: 9)))
        #expect(!filter.matches(SearchResult(name: "a", starCount: 10, isAutomated: true)))
    }
}
