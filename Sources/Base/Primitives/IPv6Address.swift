/// An IPv6 address, without a zone.
public struct IPv6Address: Sendable, Hashable {
    /// Bytes 0 to 7 and 8 to 15, each in host order.
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The 16 bytes in network order.
    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * UInt64($0 & 7))) }
    }

    /// The text forms of RFC 4291 2.2, an IPv4 tail included; nil for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45, let gap = Self.splitAtGap(String(text)) else { return nil }
        guard let front = Self.groups(gap.front), let back = Self.groups(gap.back ?? "") else { return nil }
        let missing = 8 - front.count - back.count
        guard gap.back == nil ? missing == 0 : missing >= 1 else { return nil }
        let all = front + Array(repeating: 0, count: missing) + back
        high = all[..<4].reduce(0) { $0 << 16 | UInt64($1) }
        low = all[4...].reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// What stands before and after `::`; nil where it occurs twice.
    private static func splitAtGap(_ text: String) -> (front: String, back: String?)? {
        let bytes = Array(text.utf8)
        let gaps = bytes.indices.dropLast().filter { bytes[$0] == 58 && bytes[$0 + 1] == 58 }
        guard let gap = gaps.first else { return (text, nil) }
        guard gaps.count == 1 else { return nil }
        return (String(decoding: bytes[..<gap], as: UTF8.self), String(decoding: bytes[(gap + 2)...], as: UTF8.self))
    }

    private static func groups(_ text: String) -> [UInt16]? {
        if text.isEmpty { return [] }
        var result: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let tail = IPv4Address(part) {
                result += [UInt16(tail.rawValue >> 16), UInt16(tail.rawValue & 0xffff)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexDigit),
                let group = UInt16(part, radix: 16)
            else { return nil }
            result.append(group)
        }
        return result.count <= 8 ? result : nil
    }

    public static let any = IPv6Address(high: 0, low: 0)

    /// `::1`.
    public var isLoopback: Bool { high == 0 && low == 1 }
    /// fe80::/10.
    public var isLinkLocal: Bool { high >> 54 == 0x3fa }
    /// fc00::/7 (RFC 4193): of one site, never of the Internet.
    public var isUniqueLocal: Bool { high >> 57 == 0x7e }
}

extension IPv6Address: CustomStringConvertible {
    /// RFC 5952: lower case, the longest run of two or more zero groups as `::`.
    public var description: String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * UInt64($0 & 3))) }
        var best = 0..<0
        var start: Int?
        for index in 0...8 {
            if index < 8, groups[index] == 0 {
                start = start ?? index
            } else if let begun = start {
                if index - begun > max(1, best.count) { best = begun..<index }
                start = nil
            }
        }
        func text(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty
            ? text(groups[...]) : text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
}
