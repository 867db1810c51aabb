import Testing

@testable import EtcdStore

/// RFC 4648, section 10.
@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func examplesOfTheStandard(_ plain: String, _ encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test func usesAllDigits() {
        let bytes: [UInt8] = (0...255).map { $0 }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.encode([0xfb, 0xef, 0xff]) == "++//")
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Z===", "Zh==", "Zm9=", "Zm9v\n", "Z-9v", "=Zm9", "Zg==Zg=="])
    func refusesWhatIsNone(_ text: String) { #expect(Base64.decode(text) == nil) }
}
