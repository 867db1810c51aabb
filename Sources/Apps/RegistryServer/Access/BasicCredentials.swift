internal import Crypto
internal import Primitives

/// `Authorization: Basic …` (RFC 7617).
enum BasicCredentials {
    /// Nil for what is no such header.
    static func read(_ header: String?) -> (user: String, password: String)? {
        guard let header, header.lowercased().hasPrefix("basic ") else { return nil }
        let encoded = header.dropFirst(6).filter { $0 != " " }
        guard let bytes = Base64.decode(encoded) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let colon = text.firstIndex(of: ":") else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
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
