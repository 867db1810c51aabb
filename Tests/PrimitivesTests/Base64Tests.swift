import Primitives
import Testing

@Suite struct Base64Tests {
    /// The vectors of RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func vectorsOfTheSpecification(_ plain: String, _ encoded: String) {
        #expect(Base64.encode(plain.utf8) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
        #expect(Base64.decode(encoded.filter { $0 != "=" }) == Array(plain.utf8))
    }

    @Test func bothAlphabetsAreRead() {
        let bytes: [UInt8] = [0xfb, 0xff, 0xbf]
        #expect(Base64.encode(bytes) == "+/+/")
        #expect(Base64.encode(bytes, forURL: true) == "-_-_")
        #expect(Base64.decode("+/+/") == bytes && Base64.decode("-_-_") == bytes)
    }

    @Test func lineEndsAreSkipped() { #expect(Base64.decode("Zm9v\r\nYmFy\n") == Array("foobar".utf8)) }

    @Test(arguments: ["A", "AAAAA", "Zm9v*", "Zm=v", "====", "Zg===", "Zm 9v"])
    func anythingElseIsNone(_ text: String) { #expect(Base64.decode(text) == nil) }
}
