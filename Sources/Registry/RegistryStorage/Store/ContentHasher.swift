internal import Crypto
internal import NIOCore
internal import Primitives

/// A digest in the making. Values are copied freely: a copy goes on from where it was made.
struct ContentHasher: Sendable {
    private enum State {
        case sha256(SHA256)
        case sha384(SHA384)
        case sha512(SHA512)
    }

    private var state: State
    /// Bytes hashed.
    private(set) var size: Int64 = 0

    init(like digest: Primitives.Digest) {
        switch digest.algorithm {
        case "sha512": state = .sha512(SHA512())
        case "sha384": state = .sha384(SHA384())
        default: state = .sha256(SHA256())
        }
    }

    init() { state = .sha256(SHA256()) }

    func makes(_ digest: Primitives.Digest) -> Bool {
        switch state {
        case .sha256: digest.algorithm == "sha256"
        case .sha384: digest.algorithm == "sha384"
        case .sha512: digest.algorithm == "sha512"
        }
    }

    mutating func update(_ buffer: ByteBuffer) {
        buffer.withUnsafeReadableBytes { update($0) }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        size += Int64(bytes.count)
        switch state {
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            state = .sha256(hash)
        case .sha384(var hash):
            hash.update(bufferPointer: bytes)
            state = .sha384(hash)
        case .sha512(var hash):
            hash.update(bufferPointer: bytes)
            state = .sha512(hash)
        }
    }

    /// The hash so far, in lower-case hexadecimal.
    var hex: String {
        switch state {
        case .sha256(let hash): hexText(hash.finalize())
        case .sha384(let hash): hexText(hash.finalize())
        case .sha512(let hash): hexText(hash.finalize())
        }
    }
}

extension Primitives.Digest {
    /// The digest of some bytes, by the algorithm of another.
    static func of(_ bytes: [UInt8], like digest: Primitives.Digest) -> String {
        var hasher = ContentHasher(like: digest)
        bytes.withUnsafeBytes { hasher.update($0) }
        return hasher.hex
    }
}

/// Lower-case hexadecimal.
package func hexText(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
