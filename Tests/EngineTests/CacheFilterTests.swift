import APIModel
import Primitives
import Testing

@testable import Engine

/// The rules of BuildKit's filters (`cache/manager.go`) and of Docker's engine, which gives each field one value.
@Suite struct CacheFilterTests {
    private let folder = CacheEntry(
        id: "abcdef", type: "exec.cachemount", description: "mount npm", size: 1, isUsed: true,
        created: Timestamp(seconds: 100), lastUsed: Timestamp(seconds: 100), remove: { nil })
    private let download = CacheEntry(
        id: "0123ab", type: "regular", description: "http url http://a/b", size: 1, isShared: true,
        created: Timestamp(seconds: 200), lastUsed: Timestamp(seconds: 200), remove: { nil })

    private func matched(_ filters: [String: [String]]) throws -> [String] {
        let filter = try CacheFilter(Filters(filters), now: Timestamp(seconds: 300))
        return [folder, download].filter { filter.matches($0) }.map(\.id)
    }

    @Test(
        arguments: [
            ([:], ["abcdef", "0123ab"]),
            (["description": ["mount npm"]], ["abcdef"]), (["description": ["mount"]], []),
            (["description": []], ["abcdef", "0123ab"]),
            (["id": ["ab"]], ["abcdef", "0123ab"]), (["id": ["abc"]], ["abcdef"]), (["id": ["x"]], []),
            (["type": ["regular"]], ["0123ab"]), (["type": ["reg"]], []),
            (["inuse": ["true"]], ["abcdef"]), (["inuse": []], ["abcdef"]), (["inuse": ["false"]], ["0123ab"]),
            (["shared": ["1"]], ["0123ab"]), (["private": []], ["abcdef"]),
            (["parent": ["abc"]], []), (["label": ["a=b"]], []), (["label": ["a", "b"]], []),
            (["label!": ["a=b"]], ["abcdef", "0123ab"]),
            (["until": ["150"]], ["abcdef"]), (["unused-for": ["2m"]], ["abcdef"]), (["until": ["5m"]], []),
            (["type": ["regular"], "description": ["mount npm"]], []),
        ] as [([String: [String]], [String])])
    func everyFieldHolds(_ filters: [String: [String]], _ ids: [String]) throws {
        #expect(try matched(filters) == ids)
    }

    @Test(
        arguments: [
            (["all": ["1"]], "invalid filter 'all'"), (["description~": ["x"]], "invalid filter 'description~'"),
            (["mutable": []], "invalid filter 'mutable'"),
            (["id": ["a", "b"]], "filters expect only one value: 'id' has 2"),
            (["until": ["1h"], "unused-for": ["1h"]], "conflicting filters: \"until\" and \"unused-for\""),
            (["until": ["x"]], "invalid value for 'until': \"x\" is no time"),
            (["inuse": ["maybe"]], "invalid value for 'inuse': \"maybe\" is neither true nor false"),
        ] as [([String: [String]], String)])
    func whatIsNoFilterIsRefused(_ filters: [String: [String]], _ text: String) {
        do {
            _ = try CacheFilter(Filters(filters))
            Issue.record("\(filters) was taken")
        } catch {
            #expect(error.kind == .badParameter && error.message == text)
        }
    }
}
