internal import Crypto
internal import ImageModel
internal import OrderedJSON
internal import Primitives

/// A signed manifest of schema 1: "pretty" JSON into which its signatures were put (docker: libtrust, jsonsign.go).
///
/// Each signature says in `protected` how much of the document was signed, and what stood after that. Only what was signed is
/// given on; nothing else of the document is read.
enum SignedManifest {
    private static let most = 16

    /// What was signed. Nil for a document without signatures, as those of schema 2. Errors: `invalid` when one of the
    /// signatures is not good.
    static func payload(of bytes: [UInt8]) throws(RegistryError) -> [UInt8]? {
        guard let json = try? JSONValue(parsing: bytes), json["schemaVersion"]?.integerValue == 1 else { return nil }
        let signatures = json["signatures"]?.arrayValue ?? []
        guard !signatures.isEmpty, signatures.count <= most else { throw failure("no signatures in manifest") }
        var payload: [UInt8]?
        for signature in signatures {
            let signed = try Self.signed(by: signature, bytes)
            guard payload == nil || payload == signed else { throw failure("its signatures are of different content") }
            try verify(signature, signed)
            payload = signed
        }
        return payload
    }

    private static func failure(_ what: String) -> RegistryError {
        RegistryError(.invalid, "image verification failed: \(what)")
    }

    private static func signed(by signature: JSONValue, _ bytes: [UInt8]) throws(RegistryError) -> [UInt8] {
        guard let header = signature["protected"]?.stringValue.flatMap({ Base64.decode($0) }),
            let json = try? JSONValue(parsing: header), let length = json["formatLength"]?.integerValue,
            let tail = json["formatTail"]?.stringValue.flatMap({ Base64.decode($0) }),
            (0...Int64(bytes.count)).contains(length)
        else { throw failure("a signature's protected header can't be read") }
        return Array(bytes[..<Int(length)]) + tail
    }

    private static func verify(_ signature: JSONValue, _ payload: [UInt8]) throws(RegistryError) {
        let header = signature["header"]
        guard header?["alg"]?.stringValue == "ES256", let jwk = header?["jwk"] else {
            throw failure("a signature is not ES256 by a key beside it")
        }
        guard let protected = signature["protected"]?.stringValue,
            let raw = signature["signature"]?.stringValue.flatMap({ Base64.decode($0) }),
            let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: raw)
        else { throw failure("a signature can't be read") }
        let input = protected + "." + Base64.encode(payload, forURL: true, pads: false)
        guard try key(jwk).isValidSignature(parsed, for: Array(input.utf8)) else {
            throw failure("a signature is wrong")
        }
    }

    private static func key(_ jwk: JSONValue) throws(RegistryError) -> P256.Signing.PublicKey {
        guard jwk["kty"]?.stringValue == "EC", jwk["crv"]?.stringValue == "P-256",
            let x = jwk["x"]?.stringValue.flatMap({ Base64.decode($0) }), x.count == 32,
            let y = jwk["y"]?.stringValue.flatMap({ Base64.decode($0) }), y.count == 32,
            let key = try? P256.Signing.PublicKey(x963Representation: [4] + x + y)
        else { throw failure("a signature's key can't be read") }
        return key
    }
}
