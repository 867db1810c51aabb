internal import Crypto
internal import CryptoExtras
internal import NIOSSL
internal import Primitives

/// The keys of a bundle of certificates: by libtrust's id, and by certificate.
///
/// A certificate that comes with a token has to have one of these keys itself; chains that only end at one are refused.
struct TrustedKeys: Sendable {
    enum Key: Sendable {
        case elliptic(P256.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey)

        /// Nil for a key of another kind. `spki` is a SubjectPublicKeyInfo in DER.
        init?(spki: [UInt8]) {
            if let key = try? P256.Signing.PublicKey(derRepresentation: spki) {
                self = .elliptic(key)
            } else if let key = try? _RSA.Signing.PublicKey(derRepresentation: spki) {
                self = .rsa(key)
            } else {
                return nil
            }
        }

        /// The algorithm has to be the key's own: a token can't choose.
        func verifies(_ signature: [UInt8], of bytes: [UInt8], algorithm: String) -> Bool {
            switch (self, algorithm) {
            case (.elliptic(let key), "ES256"):
                guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
                    return false
                }
                return key.isValidSignature(signature, for: SHA256.hash(data: bytes))
            case (.rsa(let key), "RS256"):
                return key.isValidSignature(
                    .init(rawRepresentation: signature), for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
            default: return false
            }
        }
    }

    private var byID: [String: Key] = [:]

    /// Errors: `badParameter` for a file without certificates of P-256 or RSA keys.
    init(file: String) throws(EngineError) {
        do {
            for certificate in try NIOSSLCertificate.fromPEMFile(file) {
                try add(spki: certificate.extractPublicKey().toSPKIBytes())
            }
        } catch {
            throw EngineError(
                .badParameter, "configuration: 'auth.token.rootcertbundle': \(file): \(error)", cause: error)
        }
        guard !byID.isEmpty else {
            throw EngineError(.badParameter, "configuration: 'auth.token.rootcertbundle': \(file) has no usable key")
        }
    }

    init(spki keys: [[UInt8]]) { for key in keys { add(spki: key) } }

    private mutating func add(spki: [UInt8]) { if let key = Key(spki: spki) { byID[Self.id(spki: spki)] = key } }

    func key(id: String) -> Key? { byID[id] }

    /// `der`: a certificate.
    func key(certificate der: [UInt8]) -> Key? {
        guard let certificate = try? NIOSSLCertificate(bytes: der, format: .der),
            let spki = try? certificate.extractPublicKey().toSPKIBytes()
        else { return nil }
        return byID[Self.id(spki: spki)]
    }

    /// libtrust's id: 240 bits of the key's SHA-256 in base 32, in twelve groups of four.
    static func id(spki: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        var text: [UInt8] = []
        for byte in Array(SHA256.hash(data: spki)).prefix(30) {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                if text.count % 5 == 4 { text.append(UInt8(ascii: ":")) }
                text.append(alphabet[Int(buffer >> bits & 31)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
