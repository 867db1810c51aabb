import Primitives
import Testing

@testable import S3Storage

@Suite struct S3PlaceTests {
    private func place(_ endpoint: String?, path: Bool? = nil, secure: Bool = true) throws -> S3Place {
        var settings = S3Settings(bucket: "images", region: "eu-central-1", keys: AccessKeys(id: "a", secret: "b"))
        (settings.endpoint, settings.usesPathStyle, settings.isSecure) = (endpoint, path, secure)
        return try settings.place()
    }

    // Amazon S3 user guide, "Virtual hosting of buckets".
    @Test func amazonsHasTheBucketInItsName() throws {
        let place = try place(nil)
        #expect(place == S3Place(scheme: "https", authority: "images.s3.eu-central-1.amazonaws.com", path: ""))
        #expect(place.path(of: "a/b$") == "/a/b%24")
        #expect(try self.place(nil, path: true).authority == "s3.eu-central-1.amazonaws.com")
    }

    @Test func anotherServiceHasTheBucketInItsPath() throws {
        #expect(
            try place("http://127.0.0.1:9000/")
                == S3Place(scheme: "http", authority: "127.0.0.1:9000", path: "/images"))
        #expect(try place("minio:9000", secure: false).scheme == "http")
        #expect(try place("https://minio:443").authority == "minio")
        #expect(try place("minio", path: false).authority == "images.minio")
    }

    @Test(arguments: ["ftp://a", "", "http://", "a b", "http://a/b", "user@host"]) func refuses(_ text: String) {
        #expect(throws: EngineError.self) { try place(text) }
    }
}

@Suite struct CopyRangeTests {
    struct Case: Sendable {
        var size: Int64
        var ends: [Int64]
    }

    // No part but the last may be shorter than 5 MiB, and another may come behind the last.
    @Test(arguments: [
        Case(size: 5 << 20, ends: [5 << 20]), Case(size: 32 << 20, ends: [32 << 20]),
        Case(size: 36 << 20, ends: [36 << 20]), Case(size: 37 << 20, ends: [32 << 20, 37 << 20]),
        Case(size: 64 << 20, ends: [32 << 20, 64 << 20]), Case(size: 0, ends: []),
    ]) func partsCoverTheWhole(_ example: Case) {
        let ranges = S3Driver.ranges(example.size, chunk: 32 << 20)
        #expect(ranges.map(\.upperBound) == example.ends)
        #expect(ranges.map(\.lowerBound) == [0] + example.ends.dropLast() || example.ends.isEmpty)
    }
}

@Suite struct HoldTests {
    @Test func sharesAndSweepsAreAgainstEachOther() {
        #expect(S3Hold.isAgainst("sweep-b", "share-a") && S3Hold.isAgainst("share-a", "sweep-b"))
        #expect(!S3Hold.isAgainst("share-a", "share-b") && !S3Hold.isAgainst("sweep-a", "sweep-a"))
        // One of two sweeps goes first.
        #expect(S3Hold.isAgainst("sweep-a", "sweep-b") && !S3Hold.isAgainst("sweep-b", "sweep-a"))
    }
}

@Suite struct BackOffTests {
    @Test func pausesGrowAndEnd() {
        var backOff = BackOff()
        var pauses: [Duration] = []
        while let pause = backOff.pause(share: 1) { pauses.append(pause) }
        #expect(pauses == [50, 100, 200, 400, 800, 1600].map { .milliseconds($0) })
    }
}

@Suite struct S3FailureTests {
    private func failure(_ status: Int, _ code: String) -> S3Failure {
        S3Failure(status: status, body: Array("<Error><Code>\(code)</Code><Message>Please wait</Message></Error>".utf8))
    }

    // Amazon S3 API reference, "Error responses".
    @Test func whatIsBusyIsAskedAgain() {
        #expect(failure(503, "SlowDown").isTemporary && failure(500, "InternalError").isTemporary)
        #expect(failure(200, "InternalError").isTemporary && S3Failure(status: 502, body: []).isTemporary)
        #expect(!failure(403, "SignatureDoesNotMatch").isTemporary && !failure(404, "NoSuchKey").isTemporary)
    }

    @Test func aKeyIsMissingAndABucketIsTrouble() {
        #expect(failure(404, "NoSuchKey").error("a").kind == .notFound)
        #expect(S3Failure(status: 404, body: []).error("a").kind == .notFound)
        #expect(failure(404, "NoSuchBucket").error("a").kind == .unavailable)
        #expect(
            failure(403, "AccessDenied").error("a").message
                == "a: the S3 service answers 403 (AccessDenied: Please wait)")
    }

    @Test func readsADate() {
        // RFC 9110, 5.6.7.
        #expect(HTTPDate.parse("Sun, 06 Nov 1994 08:49:37 GMT") == Timestamp(seconds: 784_111_777))
        #expect(HTTPDate.parse("yesterday") == nil && HTTPDate.parse("Sun, 06 Foo 1994 08:49:37 GMT") == nil)
    }
}
