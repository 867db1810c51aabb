import Primitives
import Testing

@Suite struct DigestTests {
    /// FIPS 180-4 examples and the empty string.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func hashesTheExamplesOfTheStandard(text: String, hex: String) {
        #expect(Digest.sha256(of: text.utf8).hex == hex)
    }

    /// A function that is kept among threads must not get a layer more with each use.
    @Test func hashesAsWellAfterVeryManyHashers() {
        for _ in 0..<300_000 { _ = SHA256Hasher() }
        var hasher = SHA256Hasher()
        hasher.update(Array("abc".utf8))
        // FIPS 180-4's example.
        let expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect("\(hasher.finalize())" == expected)
    }

    @Test func hashesAMillionLettersInPieces() {
        var hasher = SHA256Hasher()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        for size in [1, 63, 64, 65, 129, 678] { hasher.update(piece[..<size]) }
        for _ in 0..<999 { hasher.update(piece) }
        #expect(hasher.finalize().hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func parsesAndPrints() throws {
        let text = "sha256:" + String(repeating: "ab", count: 32)
        #expect(try Digest(parsing: text).description == text)
        #expect(try Digest(parsing: text).short == "abababababab")
    }

    @Test(arguments: [
        ("", "invalid checksum digest format"), ("sha256", "invalid checksum digest format"),
        ("md5:d41d8cd98f00b204e9800998ecf8427e", "unsupported digest algorithm"),
        ("sha256:abc", "invalid checksum digest length"),
        ("sha256:" + String(repeating: "G", count: 64), "invalid checksum digest format"),
        ("sha256:../" + String(repeating: "a", count: 61), "invalid checksum digest format"),
    ])
    func refusesWhatIsNoDigest(text: String, message: String) {
        let error = #expect(throws: EngineError.self) { try Digest(parsing: text) }
        #expect(error?.message == message)
    }
}
