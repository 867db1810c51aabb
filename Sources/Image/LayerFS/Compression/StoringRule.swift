/// Which pieces of a stream are not worth compressing: those of compressed or encrypted files, whose bytes are spread evenly.
/// It goes by the bytes alone, so that the same stream is always cut in the same way.
enum StoringRule {
    /// Bytes of a piece.
    static let piece = 64 << 10
    /// Every sixteenth byte is looked at.
    private static let step = 16
    private static let samples = piece / step
    /// The squares of 256 counts of n samples add up to n + n (n - 1) / 256 for chance, with a deviation of half a percent. Whoever
    /// is within five percent of it would save less than one by a Huffman code; what repeats over and over isn't.
    private static let bound = (samples + samples * (samples - 1) / 256) * 105 / 100

    /// Whether to store a piece of the stream: `piece` bytes, or fewer at its end, which are compressed.
    static func stores(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == piece else { return false }
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            for place in stride(from: 0, to: bytes.count, by: step) { counts[Int(bytes[place])] += 1 }
            return counts.reduce(0) { $0 + Int($1) * Int($1) } <= bound
        }
    }
}
