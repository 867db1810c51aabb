/// A number of bytes, with Docker's ways to read and show it (go-units, size.go).
public struct ByteCount: Sendable, Hashable, Comparable, Codable {
    public var bytes: Int64

    public init(_ bytes: Int64) { self.bytes = bytes }

    /// Reads `64m`, `1.5G`, `10 MiB`, `512`: units are binary whatever they are called, case is ignored.
    public init(parsing text: String) throws(EngineError) {
        let invalid = EngineError(.badParameter, "invalid size: '\(text)'")
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        var unit = text[number.endIndex...].lowercased()[...]
        if unit.hasPrefix(" ") { unit = unit.dropFirst() }
        var factor = 1.0
        if let first = unit.first, let power = "kmgtp".firstIndex(of: first) {
            factor = (0..."kmgtp".distance(from: "kmgtp".startIndex, to: power)).reduce(1.0) { value, _ in value * 1024
            }
            unit = unit.dropFirst()
        }
        guard unit == "" || unit == "b" || unit == "ib" || unit == "i",
            number.first != ".", number.last != ".", let value = Double(number), value * factor < 0x1p63
        else { throw invalid }
        bytes = Int64(value * factor)
    }

    /// Thousands, `digits` significant ones (3 or 4): `2.433 MB`; today's Docker leaves the blank out.
    public func decimal(spaced: Bool = true, digits: Int = 4) -> String {
        Self.scaled(bytes, by: 1000, ["B", "kB", "MB", "GB", "TB", "PB", "EB"], spaced, digits)
    }

    /// Powers of 1024, four significant digits: `1.5 GiB`.
    public func binary(spaced: Bool = true) -> String {
        Self.scaled(bytes, by: 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"], spaced, 4)
    }

    private static func scaled(
        _ bytes: Int64, by base: Double, _ units: [String], _ spaced: Bool, _ digits: Int
    ) -> String {
        var value = Double(bytes)
        var unit = 0
        while value >= base, unit < units.count - 1 {
            value /= base
            unit += 1
        }
        return significant(value, digits) + (spaced ? " " : "") + units[unit]
    }

    /// C's `%.4g` and `%.3g` for magnitudes under 2^20 or so: exact, from the bits of the double, ties to even.
    static func significant(_ value: Double, _ digits: Int) -> String {
        let magnitude = value.magnitude
        guard magnitude >= 1, magnitude < 10_000 else { return "\(Int64(value))" }
        let before = magnitude >= 1000 ? 4 : magnitude >= 100 ? 3 : magnitude >= 10 ? 2 : 1
        let decimals = max(0, digits - before)
        let power: UInt64 = [1, 10, 100, 1000][decimals]
        let significand = UInt64(1) << 52 | magnitude.significandBitPattern
        let shift = UInt64(52 - magnitude.exponent)
        let product = significand * power
        var whole = product >> shift
        let remainder = product & (1 << shift - 1)
        let half = UInt64(1) << (shift - 1)
        if remainder > half || (remainder == half && whole & 1 == 1) { whole += 1 }
        // Rounded up, it has a digit more than C shows without an exponent.
        if digits == 3, whole / power == 1000 { return (value < 0 ? "-" : "") + "1e+03" }
        var fraction = String(whole % power + power).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return (value < 0 ? "-" : "") + String(whole / power) + (fraction.isEmpty ? "" : ".\(fraction)")
    }

    public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

    public init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}
