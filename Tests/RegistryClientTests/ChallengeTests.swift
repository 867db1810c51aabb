import Foundation
import Testing

@testable import RegistryClient

@Suite struct ChallengeTests {
    struct Case: Sendable {
        var values: [String]
        var challenges: [Challenge]
    }

    /// From the token specification's own examples, and from what registries send.
    static let cases = [
        Case(
            values: [
                #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push""#
            ],
            challenges: [
                Challenge(
                    scheme: "bearer",
                    parameters: [
                        "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
                        "scope": "repository:samalba/my-app:pull,push",
                    ])
            ]),
        Case(
            values: [#"Basic realm="a \"quoted\" place""#],
            challenges: [Challenge(scheme: "basic", parameters: ["realm": #"a "quoted" place"#])]),
        Case(
            values: [#"Negotiate, Basic realm=x , Bearer realm="https://a/t", error="invalid_token""#],
            challenges: [
                Challenge(scheme: "negotiate", parameters: [:]), Challenge(scheme: "basic", parameters: ["realm": "x"]),
                Challenge(scheme: "bearer", parameters: ["realm": "https://a/t", "error": "invalid_token"]),
            ]),
        Case(
            values: ["Basic realm=\"a\"", "BEARER Realm=\"http://b\""],
            challenges: [
                Challenge(scheme: "basic", parameters: ["realm": "a"]),
                Challenge(scheme: "bearer", parameters: ["realm": "http://b"]),
            ]),
        Case(
            values: ["", ",,, ,", "\"", "=", "Bearer realm=\"never ends"],
            challenges: [Challenge(scheme: "bearer", parameters: [:])]),
    ]

    @Test(arguments: cases) func readsEveryForm(_ example: Case) {
        #expect(Challenge.parse(example.values) == example.challenges)
    }

    /// Headers that once were worth a thought, a line each.
    private static func corpus() throws -> [String] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Corpus/challenges.txt")
        return try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// Whatever a registry sends is read to an end, with bounded results.
    @Test func survivesAnything() throws {
        var random = XorShift(state: 0x9e37_79b9_7f4a_7c15)
        let seeds = try Self.cases.flatMap(\.values).map { Array($0.utf8) } + Self.corpus().map { Array($0.utf8) }
        try #require(seeds.count > 30)
        for seed in seeds { #expect(Challenge.parse([String(decoding: seed, as: UTF8.self)]).count <= 32) }
        for _ in 0..<20_000 {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: Array("\",= \\".utf8).shuffled(using: &random), at: place)
                }
            }
            #expect(Challenge.parse([String(decoding: bytes, as: UTF8.self)]).count <= 32)
        }
    }

    @Test func isBounded() {
        let many = String(repeating: "a b=c, ", count: 100_000)
        #expect(Challenge.parse([many]).count <= 32)
    }
}

/// A small generator, so that a failure comes again.
private struct XorShift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
