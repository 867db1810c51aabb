/// Texts in URLs as signatures want them (AWS, "Create a signed request": `UriEncode`).
enum PercentText {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// All but unreserved characters in percents.
    static func query(_ text: String) -> String { encoded(text, keepsSlash: false) }
    /// The same, with slashes as they are.
    static func path(_ text: String) -> String { encoded(text, keepsSlash: true) }

    private static func encoded(_ text: String, keepsSlash: Bool) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) || keepsSlash && byte == UInt8(ascii: "/") {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
