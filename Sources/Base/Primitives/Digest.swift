/// The name of some bytes: an algorithm and the hash, `sha256:e3b0…` (OCI image-spec, descriptor.md, "Digests").
public struct Digest: Sendable, Hashable {
    /// `sha256`, `sha384` or `sha512`.
    public let algorithm: String
    /// Lower-case hexadecimal of the length that the algorithm has.
    public let hex: String

    private static let hexLengths = ["sha256": 64, "sha384": 96, "sha512": 128]

    /// Parses `algorithm:hex`. Errors (`badParameter`) have the wording of Docker's digest library.
    public init(parsing text: String) throws(EngineError) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
            throw EngineError(.badParameter, "invalid checksum digest format")
        }
        let algorithm = String(text[..<colon])
        let hex = String(text[text.index(after: colon)...])
        guard let length = Self.hexLengths[algorithm] else {
            throw EngineError(.badParameter, "unsupported digest algorithm")
        }
        guard hex.utf8.count == length else { throw EngineError(.badParameter, "invalid checksum digest length") }
        guard hex.utf8.allSatisfy(isLowerHex) else {
            throw EngineError(.badParameter, "invalid checksum digest format")
        }
        self.algorithm = algorithm
        self.hex = hex
    }

    /// Nil unless `hex` is 64 lower-case hexadecimal digits.
    public init?(sha256Hex hex: String) {
        guard hex.utf8.count == 64, hex.utf8.allSatisfy(isLowerHex) else { return nil }
        algorithm = "sha256"
        self.hex = hex
    }

    init(sha256Bytes bytes: some Sequence<UInt8>) {
        algorithm = "sha256"
        hex = hexText(bytes)
    }

    /// The SHA-256 of some bytes in memory; see `SHA256Hasher` for streams.
    public static func sha256(of bytes: some Sequence<UInt8>) -> Digest {
        var hasher = SHA256Hasher()
        let hashed: Void? = bytes.withContiguousStorageIfAvailable { hasher.update(UnsafeRawBufferPointer($0)) }
        if hashed == nil { Array(bytes).withUnsafeBytes { hasher.update($0) } }
        return hasher.finalize()
    }

    /// The first 12 digits, as people see it.
    public var short: String { String(hex.prefix(12)) }
}

extension Digest: CustomStringConvertible, Comparable {
    public var description: String { "\(algorithm):\(hex)" }

    public static func < (left: Digest, right: Digest) -> Bool {
        (left.algorithm, left.hex) < (right.algorithm, right.hex)
    }
}

extension Digest: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

func isLowerHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}

func hexText(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
    return String(decoding: text, as: UTF8.self)
}
