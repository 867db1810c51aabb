/// Hexadecimal digits at random.
enum RandomDigits {
    private static let digits = Array("0123456789abcdef".utf8)

    /// `count` lower-case digits.
    static func text(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        var (bits, rest) = (UInt64(0), 0)
        let bytes = (0..<count).map { _ in
            // Sixteen digits of one call into the kernel.
            if rest == 0 { (bits, rest) = (generator.next(), 16) }
            defer { (bits, rest) = (bits >> 4, rest - 1) }
            return digits[Int(bits & 15)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
