extension TarReader {
    /// Bytes by which an archive is known: a block.
    public static let beginningLength = 512

    /// Whether an archive can begin with these bytes: with a header, or with the zeros of one that is empty. No archive that is
    /// compressed does, nor do fewer than `beginningLength` bytes.
    public static func canBegin(with bytes: [UInt8]) -> Bool {
        guard bytes.count >= beginningLength else { return false }
        var reader = TarReader()
        return (try? bytes.withUnsafeBytes { try reader.step(.init(rebasing: $0[..<beginningLength])) }) != nil
    }
}
