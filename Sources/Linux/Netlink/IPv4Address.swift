/// An IPv4 address; `rawValue` is in host order, so that addresses of a network count upwards.
public struct IPv4Address: Sendable, Hashable, Comparable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    public static let any = IPv4Address(rawValue: 0)
    public static let loopback = IPv4Address(127, 0, 0, 1)

    /// Four decimal numbers without leading zeros; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard let byte = Self.decimalByte(part) else { return nil }
            value = value << 8 | UInt32(byte)
        }
        rawValue = value
    }

    private static func decimalByte(_ digits: some Collection<UInt8>) -> UInt8? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return UInt8(exactly: value)
    }

    /// The four bytes in network order.
    public var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (24 - 8 * UInt32($0))) } }

    /// 127.0.0.0/8.
    public var isLoopback: Bool { rawValue >> 24 == 127 }

    public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.rawValue < right.rawValue }
}

extension IPv4Address: CustomStringConvertible {
    public var description: String { bytes.map { String($0) }.joined(separator: ".") }
}

/// An IPv4 address with the length of its network's prefix, such as `172.17.0.1/16`.
public struct IPv4Network: Sendable, Hashable {
    /// The address as given: the host's own in a bridge's CIDR, the first one in a network's.
    public var address: IPv4Address
    /// 0 to 32.
    public let prefixLength: UInt8

    public init?(_ address: IPv4Address, prefixLength: Int) {
        guard (0...32).contains(prefixLength) else { return nil }
        self.address = address
        self.prefixLength = UInt8(prefixLength)
    }

    /// `a.b.c.d/n`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]), parts[1].utf8.count <= 2,
            parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let length = Int(parts[1])
        else { return nil }
        self.init(address, prefixLength: length)
    }

    public var mask: UInt32 { prefixLength == 0 ? 0 : UInt32.max << (32 - UInt32(prefixLength)) }
    public var first: IPv4Address { IPv4Address(rawValue: address.rawValue & mask) }
    public var last: IPv4Address { IPv4Address(rawValue: address.rawValue | ~mask) }
    /// The network without a host part.
    public var subnet: IPv4Network {
        var copy = self
        copy.address = first
        return copy
    }

    public func contains(_ other: IPv4Address) -> Bool { other.rawValue & mask == address.rawValue & mask }
    public func contains(_ other: IPv4Network) -> Bool { contains(other.first) && contains(other.last) }
    public func overlaps(_ other: IPv4Network) -> Bool { contains(other.first) || other.contains(first) }
}

extension IPv4Network: CustomStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }
}
