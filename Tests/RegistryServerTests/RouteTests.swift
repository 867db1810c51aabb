import Primitives
import RegistryStorage
import Testing

@testable import RegistryServer

@Suite struct RouteTests {
    static let digest = "sha256:" + String(repeating: "a", count: 64)

    @Test(arguments: [
        ("/v2/", "base"), ("/v2/_catalog", "catalog"), ("/v2/a/tags/list", "tags"),
        ("/v2/a/b/manifests/latest", "manifest"),
        ("/v2/a/blobs/\(digest)", "blob"), ("/v2/a/blobs/uploads/", "blob_upload"),
        ("/v2/a/blobs/uploads", "blob_upload"),
        ("/v2/a/blobs/uploads/00000000-0000-4000-8000-000000000000", "blob_upload_chunk"),
        ("/v2/a/referrers/\(digest)", "referrers"), ("/v2/blobs/uploads/blobs/uploads/", "blob_upload"),
        ("/v2/manifests/manifests/manifests", "manifest"),
    ]) func isFound(_ path: String, _ kind: String) throws {
        #expect(try RegistryRoute(path)?.kind == kind)
    }

    @Test(arguments: [
        "", "/", "/v2", "v2/", "/v1/", "/v2/a", "/v2/a/b", "/v2/manifests/x", "/v3/a/tags/list", "/v2/a/tags/list/",
    ])
    func isElsewhere(_ path: String) throws { #expect(try RegistryRoute(path) == nil) }

    @Test(arguments: [
        ("/v2/A/tags/list", "NAME_INVALID"), ("/v2/a/../tags/list", "NAME_INVALID"), ("/v2//tags/list", "NAME_INVALID"),
        ("/v2/a/blobs/x", "DIGEST_INVALID"), ("/v2/a/manifests/a:b", "DIGEST_INVALID"),
        ("/v2/a/manifests/-", "TAG_INVALID"),
        ("/v2/a/referrers/latest", "DIGEST_INVALID"), ("/v2/a/blobs/uploads/x", "BLOB_UPLOAD_INVALID"),
    ]) func isRefused(_ path: String, _ code: String) {
        #expect { try RegistryRoute(path) } throws: { ($0 as? RegistryError)?.code.rawValue == code }
    }

    /// Whatever a path is, it leads to a route, to nothing, or to an error.
    @Test func noise() {
        let pieces = [
            "/", "v2", "a", "..", ".", "blobs", "uploads", "manifests", "tags", "list", Self.digest, ":", "%2F",
            "\u{0}", "é",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            let path =
                "/v2/"
                + (0..<Int.random(in: 0..<8, using: &random)).map { _ in pieces.randomElement() ?? "" }.joined(
                    separator: "/")
            let route = try? RegistryRoute(path)
            if let name = route?.repository { #expect((try? RepositoryName(parsing: name.description)) == name) }
        }
    }
}

@Suite struct ByteRangeTests {
    @Test(
        arguments: [
            ("bytes=0-0", 10, ByteRange.Outcome.part(0..<1)), ("bytes=5-", 10, .part(5..<10)),
            ("bytes=-3", 10, .part(7..<10)),
            ("bytes=-30", 10, .part(0..<10)), ("bytes=2-99", 10, .part(2..<10)), ("BYTES=1-2", 10, .part(1..<3)),
            ("bytes=10-", 10, .unsatisfiable), ("bytes=-0", 10, .unsatisfiable), ("bytes=0-", 0, .unsatisfiable),
            ("bytes=-5", 0, .unsatisfiable), ("bytes=3-2", 10, .whole), ("bytes=1-2,4-5", 10, .whole),
            ("bytes=", 10, .whole),
            ("bytes=-", 10, .whole), ("bytes=+1-2", 10, .whole), ("bytes=1-2-3", 10, .whole), ("items=1-2", 10, .whole),
            ("bytes=99999999999999999999-", 10, .whole), ("bytes=0-9223372036854775807", 10, .whole),
        ] as [(String, Int64, ByteRange.Outcome)])
    func asked(_ header: String, _ size: Int64, _ outcome: ByteRange.Outcome) {
        #expect(ByteRange.read(header, size: size) == outcome)
    }

    @Test func nothingAskedIsTheWhole() { #expect(ByteRange.read(nil, size: 10) == .whole) }

    @Test(
        arguments: [("0-0", 0...0), ("10-19", 10...19), ("bytes 10-19/20", 10...19), ("bytes=1-2", 1...2)]
            as [(String, ClosedRange<Int64>)])
    func uploaded(_ header: String, _ range: ClosedRange<Int64>) { #expect(ByteRange.uploaded(header) == range) }

    @Test(arguments: [
        "", "-", "1", "1-", "-1", "2-1", "a-b", "1-2-3", "-1--2", "9223372036854775807-9223372036854775807",
    ])
    func notUploaded(_ header: String) { #expect(ByteRange.uploaded(header) == nil) }
}

@Suite struct ConditionTests {
    @Test(arguments: [
        ("\"x\"", true), ("W/\"x\"", true), ("*", true), ("\"a\", \"x\"", true), ("x", true), ("\"a\"", false),
        ("", false),
    ]) func isKnown(_ header: String, _ known: Bool) { #expect(Condition.isKnown(header, etag: "\"x\"") == known) }
}

@Suite struct DateLineTests {
    // RFC 9110, 5.6.7, and the epoch.
    @Test(
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
        ] as [(Int64, String)]) func format(_ seconds: Int64, _ text: String)
    {
        #expect(DateLine().text(at: Timestamp(seconds: seconds)) == text)
    }
}
