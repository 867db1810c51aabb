/// Numbers in header fields (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Extensions").
enum TarNumber {
    /// Octal digits between spaces and NULs, or GNU's base 256 when the first bit is set. Nil for anything else.
    static func parse(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
        guard let first = field.first else { return nil }
        return first & 0x80 == 0 ? parseOctal(field) : parseBase256(field, first: first)
    }

    private static func parseOctal(_ field: Slice<UnsafeRawBufferPointer>) -> Int64? {
        var value: Int64 = 0
        var index = field.startIndex
        while index < field.endIndex, field[index] == 0x20 || field[index] == 0 { index += 1 }
        while index < field.endIndex, field[index] != 0x20, field[index] != 0 {
            let digit = field[index] &- 0x30
            guard digit < 8, value < 1 << 59 else { return nil }
            value = value << 3 | Int64(digit)
            index += 1
        }
        while index < field.endIndex {
            guard field[index] == 0x20 || field[index] == 0 else { return nil }
            index += 1
        }
        return value
    }

    /// Two's complement, big endian, the first bit being the mark and the second the sign.
    private static func parseBase256(_ field: Slice<UnsafeRawBufferPointer>, first: UInt8) -> Int64? {
        let inversion: UInt8 = first & 0x40 == 0 ? 0 : 0xff
        var value: UInt64 = 0
        for (position, byte) in field.enumerated() {
            var digit = byte ^ inversion
            if position == 0 { digit &= 0x7f }
            guard value >> 56 == 0 else { return nil }
            value = value << 8 | UInt64(digit)
        }
        guard value <= UInt64(Int64.max) else { return nil }
        return inversion == 0 ? Int64(value) : ~Int64(value)
    }

    /// A whole decimal number, as pax records have it; a leading minus is allowed.
    static func parseDecimal(_ text: some Collection<UInt8>) -> Int64? {
        let isNegative = text.first == 0x2d
        let digits = isNegative ? text.dropFirst() : text.dropFirst(0)
        guard !digits.isEmpty, digits.count <= 19 else { return nil }
        var value: Int64 = 0
        for byte in digits {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            let (scaled, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, carries) = scaled.addingReportingOverflow(Int64(digit))
            guard !overflows, !carries else { return nil }
            value = sum
        }
        return isNegative ? -value : value
    }

    /// `seconds[.fraction]`; digits past nanoseconds are dropped.
    static func parseTime(_ text: [UInt8]) -> TarTime? {
        let parts = text.split(separator: 0x2e, maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let seconds = parseDecimal(whole) else { return nil }
        guard parts.count == 2, !parts[1].isEmpty else { return TarTime(seconds: seconds) }
        guard parts[1].allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        var nanoseconds: Int32 = 0
        for position in 0..<9 {
            let digit = position < parts[1].count ? parts[1][parts[1].startIndex + position] - 0x30 : 0
            nanoseconds = nanoseconds * 10 + Int32(digit)
        }
        guard whole.first == 0x2d, nanoseconds > 0 else { return TarTime(seconds: seconds, nanoseconds: nanoseconds) }
        let (earlier, overflows) = seconds.subtractingReportingOverflow(1)
        return overflows ? nil : TarTime(seconds: earlier, nanoseconds: 1_000_000_000 - nanoseconds)
    }
}
