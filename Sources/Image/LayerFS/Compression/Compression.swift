/// How an archive is compressed, told by its first bytes as Docker does.
public enum Compression: String, Sendable, Hashable, CaseIterable {
    case none
    case gzip
    case bzip2
    case xz
    case zstd

    /// Bytes that `detect` wants to see.
    public static let prefixLength = 6

    public static func detect(_ prefix: some Collection<UInt8>) -> Compression {
        if prefix.starts(with: [0x1f, 0x8b, 0x08]) { return .gzip }
        if prefix.starts(with: "BZh".utf8) { return .bzip2 }
        if prefix.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) { return .xz }
        return isZstd(prefix) ? .zstd : .none
    }

    /// A frame, or a skippable frame before it (RFC 8878 §3.1).
    private static func isZstd(_ prefix: some Collection<UInt8>) -> Bool {
        if prefix.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return true }
        guard prefix.count >= 4, let first = prefix.first else { return false }
        return first & 0xf0 == 0x50 && prefix.dropFirst().starts(with: [0x2a, 0x4d, 0x18])
    }
}

/// Decompresses piece by piece. Implementations own the state of a C library.
protocol Decoder: AnyObject {
    /// Takes from `input`, gives to `output`; says how many bytes of each. `isLast` when nothing follows `input`.
    /// `(0, 0)` with `isLast` is the end; a stream that breaks off throws.
    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws -> (taken: Int, given: Int)
}
