internal import Crypto

/// `Authorization: Basic …` (RFC 7617).
enum BasicCredentials {
    /// Nil for what is no such header.
    static func read(_ header: String?) -> (user: String, password: String)? {
        guard let header, header.lowercased().hasPrefix("basic ") else { return nil }
        let encoded = header.dropFirst(6).filter { $0 != " " }
        guard let bytes = Base64.decoded(encoded, alphabet: .standard) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}

/// Base64 (RFC 4648), read strictly: padding may be there or not, nothing else may.
enum Base64 {
    enum Alphabet {
        case standard
        case url

        fileprivate func value(_ byte: UInt8) -> UInt32? {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - 65)
            case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - 97 + 26)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - 48 + 52)
            case UInt8(ascii: "+") where self == .standard, UInt8(ascii: "-") where self == .url: 62
            case UInt8(ascii: "/") where self == .standard, UInt8(ascii: "_") where self == .url: 63
            default: nil
            }
        }
    }

    static func decoded(_ text: some StringProtocol, alphabet: Alphabet) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        var digits = Array(text.utf8)[...]
        while digits.last == UInt8(ascii: "="), text.utf8.count - digits.count < 2 { digits.removeLast() }
        guard digits.count % 4 != 1 else { return nil }
        for digit in digits {
            guard let value = alphabet.value(digit) else { return nil }
            buffer = buffer << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
            }
        }
        return bytes
    }
}

/// Tells whether a password is one that was seen, without keeping it: a hash with a key of this process.
struct PasswordFingerprint: Sendable {
    private let key = SymmetricKey(size: .bits256)

    func of(_ password: String) -> String {
        var code = HMAC<SHA256>(key: key)
        Array(password.utf8).withUnsafeBytes { code.update(data: $0) }
        return Array(code.finalize()).map { String($0, radix: 16) }.joined(separator: ".")
    }
}
