import APIModel
import NIOCore
import Primitives
import Testing

@testable import RemoteAPI

/// Queries, paths and times as Docker's daemon reads them (Go's net/url, `httputils`, `timetypes`).
@Suite struct WireTests {
    @Test func wordsThatMeanNoAreNo() throws {
        for (text, expected) in [
            ("a=1", true), ("a=true", true), ("a=yes", true), ("a=0", false), ("a=No", false), ("a=%20false%20", false),
            ("a=none", false), ("a=", false), ("b=1", false),
        ] { #expect(Query(parsing: text).bool("a") == expected, "\(text)") }
    }

    @Test func namesAndValuesAreDecodedOnce() {
        let query = Query(parsing: "a=b%2525&c+d=e+f&a=second&x=%zz")
        #expect(query["a"] == "b%25")
        #expect(query.all("a") == ["b%25", "second"])
        #expect(query["c d"] == "e f")
    }

    @Test func bothShapesOfFiltersAreRead() throws {
        for text in ["%7B%22a%22%3A%5B%22x%22%5D%7D", "%7B%22a%22%3A%7B%22x%22%3Atrue%7D%7D"] {
            #expect(try Query(parsing: "filters=" + text).filters()["a"] == ["x"])
        }
        #expect(throws: EngineError.self) { try Query(parsing: "filters=x").filters() }
    }

    @Test func timesComeInFourForms() throws {
        let now = try Timestamp(parsing: "2020-01-01T00:10:00Z")
        func time(_ text: String) throws -> Int64? { try Query(parsing: "t=\(text)").time("t", now: now) }
        #expect(try time("1577836800") == 1_577_836_800_000_000_000)
        #expect(try time("1577836800.5") == 1_577_836_800_500_000_000)
        #expect(try time("10m") == 1_577_836_800_000_000_000)
        #expect(try time("1h10m0s") == 1_577_833_200_000_000_000)
        #expect(try time("2020-01-01T00:00:00Z") == 1_577_836_800_000_000_000)
        #expect(try time("0") == 0)
        #expect(try Query(parsing: "").time("t") == nil)
        #expect(throws: EngineError.self) { try time("yesterday") }
    }

    @Test func theVersionIsCutFromThePath() throws {
        let target = RequestTarget("/v1.24/containers/a%2Fb/json?all=1")
        #expect(target.versionText == "1.24" && target.path == "/containers/a/b/json" && target.query["all"] == "1")
        #expect(RequestTarget("/version").versionText == nil)
        #expect(RequestTarget("http://host/v1.18/_ping").path == "/_ping")
        #expect(try RequestTarget("/info").checkedVersion() == .current)
        #expect(throws: EngineError.self) { try RequestTarget("/v1.99/info").checkedVersion() }
        #expect(throws: EngineError.self) { try RequestTarget("/v1.11/info").checkedVersion() }
    }

    @Test func errorsWereTextBelow124() {
        #expect(!RequestTarget("/v1.23/x").wantsJSONErrors)
        #expect(RequestTarget("/v1.24/x").wantsJSONErrors && RequestTarget("/x").wantsJSONErrors)
    }

    @Test func namesMayHoldSlashes() throws {
        let router = Router([
            Route("GET", "/images/json") { _ throws(EngineError) in nil },
            Route("GET", "/images/{name}/json") { _ throws(EngineError) in nil },
            Route("DELETE", "/images/{name}") { _ throws(EngineError) in nil },
        ])
        #expect(router.find("GET", "/images/json")?.name == "")
        #expect(router.find("GET", "/images/host:5000/a/b/json")?.name == "host:5000/a/b")
        #expect(router.find("DELETE", "/images/a/b")?.name == "a/b")
        #expect(router.find("POST", "/images/a") == nil)
        #expect(router.find("GET", "/images//json") == nil)
    }
}

/// The sequence that ends a session at a terminal (docker attach: "Override the detach sequence").
@Suite struct DetachKeysTests {
    private func scan(_ keys: String?, _ parts: [UInt8]...) throws -> (passed: [UInt8], detached: Bool) {
        var scanner = DetachScanner(try DetachKeys(keys))
        var passed: [UInt8] = []
        for part in parts {
            let (output, detached) = scanner.scan(part)
            passed += output
            if detached { return (passed, true) }
        }
        return (passed, false)
    }

    @Test func theStandardKeysAreFoundAcrossReads() throws {
        #expect(try scan(nil, [97, 0x10], [0x11, 98]) == ([97], true))
    }

    @Test func keysThatOnlyBeganAreGivenBack() throws {
        #expect(try scan(nil, [0x10, 97]) == ([0x10, 97], false))
        #expect(try scan(nil, [0x10, 0x10, 0x11]) == ([0x10], true))
    }

    @Test func anyKeysMayBeChosen() throws {
        #expect(try scan("ctrl-x,y", [0x18, 121]) == ([], true))
        #expect(try scan("a", [98, 97]) == ([98], true))
        #expect(throws: EngineError.self) { try DetachKeys("ctrl-1") }
        #expect(throws: EngineError.self) { try DetachKeys("ctrl-a,") }
    }
}
