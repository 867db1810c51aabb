@testable import Primitives
import Testing

@Suite struct NamesTests {
    @Test func containerIDsAreSixtyFourHexDigits() {
        let id = ContainerID.random()
        #expect(ContainerID(id.description) == id)
        #expect(id.short.count == 12)
        #expect(ContainerID("abc") == nil)
        #expect(ContainerID(String(repeating: "A", count: 64)) == nil)
    }

    @Test(arguments: ["web", "/web", "a1", "A_b.c-d"]) func acceptsNames(text: String) throws {
        #expect(try ContainerName(parsing: text).withSlash == (text.hasPrefix("/") ? text : "/" + text))
    }

    @Test(arguments: ["", "a", "/", "_ab", ".ab", "a b", "a/b", "ä1"]) func refusesNames(text: String) {
        let error = #expect(throws: EngineError.self) { try ContainerName(parsing: text) }
        #expect(error?.message == "Invalid container name (\(text)), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
    }

    @Test func findsUniquePrefixes() {
        var index = TruncatedIDIndex(["abc1", "abc2", "b"])
        #expect(index.lookup("abc1") == .found("abc1"))
        #expect(index.lookup("abc") == .ambiguous)
        #expect(index.lookup("b") == .found("b"))
        #expect(index.lookup("c") == .notFound)
        #expect(index.lookup("") == .empty)
        index.insert("b1")
        #expect(index.lookup("b") == .found("b"))
        index.remove("abc2")
        #expect(index.lookup("a") == .found("abc1"))
    }

    @Test func generatedNamesAreValidAndNeverTheForbiddenPair() throws {
        #expect(GeneratedName.adjectives.contains("boring") && GeneratedName.scientists.contains("wozniak"))
        #expect(Set(GeneratedName.adjectives).count == GeneratedName.adjectives.count)
        #expect(Set(GeneratedName.scientists).count == GeneratedName.scientists.count)
        #expect(GeneratedName.adjectives.count >= 90 && GeneratedName.scientists.count >= 90)
        for _ in 0..<2000 {
            let name = GeneratedName.random()
            #expect(name != "boring_wozniak")
            _ = try ContainerName(parsing: name)
        }
        #expect(GeneratedName.random(retry: 1).last?.isNumber == true)
    }

    @Test func platforms() throws {
        #expect(try Platform(parsing: "linux/aarch64/v8").description == "linux/arm64/v8")
        #expect(try Platform(parsing: "linux").architecture == Platform.host.architecture)
        #expect(try Platform(parsing: "aarch64").description == "linux/arm64")
        #expect(throws: EngineError.self) { try Platform(parsing: "a//b") }
        // docker.io 20.10's words.
        for (text, reason) in [
            ("foo", "unknown operating system or architecture"), ("linux/foo/bar/x", "cannot parse platform specifier"),
        ] {
            #expect { try Platform(parsing: text) } throws: {
                ($0 as? EngineError)?.message == "\"\(text)\": \(reason): invalid argument"
            }
        }
    }
}
