import ImageModel
import Primitives
import Testing

@testable import RegistryClient

/// RFC 9110: 15.3.7 (206), 14.4 (`Content-Range`).
@Suite struct AnnouncedPartTests {
    private static let blob = Digest.sha256(of: "blob".utf8)

    private static func check(_ part: AnnouncedPart, from offset: Int64, size: Int64) throws {
        try part.check(blob, from: offset, size: size)
    }

    @Test func takesWhatWasAskedFor() throws {
        try Self.check(AnnouncedPart(status: 200, length: 10), from: 0, size: 10)
        try Self.check(AnnouncedPart(status: 206, length: 4, range: "bytes 6-9/10"), from: 6, size: 10)
        try Self.check(AnnouncedPart(status: 206, length: 4), from: 6, size: 10)
        try Self.check(AnnouncedPart(status: 206, range: "bytes 6-9/*"), from: 6, size: 10)
        // A registry that takes no ranges sends all of it again.
        try Self.check(AnnouncedPart(status: 200, length: 10), from: 6, size: 10)
        try Self.check(AnnouncedPart(status: 206, length: .max, range: "nonsense"), from: 6, size: -1)
    }

    @Test(arguments: [
        AnnouncedPart(status: 200, length: 4), AnnouncedPart(status: 206, length: 10),
        AnnouncedPart(status: 206, length: .max), AnnouncedPart(status: 206, length: .min),
        AnnouncedPart(status: 206, length: 4, range: "bytes 0-3/10"),
        AnnouncedPart(status: 206, length: 4, range: "Bytes 9223372036854775807-0/10"),
    ])
    func refusesAllElse(_ part: AnnouncedPart) throws {
        #expect(throws: RegistryError.self) { try Self.check(part, from: 6, size: 10) }
    }

    /// OCI distribution-spec 1.1, "Pushing a blob in chunks": both ends of `Range` are in it.
    @Test(arguments: [
        ("0-9", Int64(10)), ("0-0", 0), (nil, 0), ("", 0), ("-", 0), ("0-9223372036854775807", .max),
        ("0-99999999999999999999", 0),
    ])
    func readsHowMuchOfAnUploadIsThere(range: String?, count: Int64) {
        #expect(RemoteUpload.received(range) == count)
    }
}
