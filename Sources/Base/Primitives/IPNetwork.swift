/// An address with the length of its network's prefix, such as `172.17.0.1/16` or `2001:db8::1/64`.
public struct IPNetwork: Sendable, Hashable {
    /// The address as given: the host's own in a bridge's CIDR, the first one in a network's.
    public var address: IPAddress
    /// 0 to 32 or 128.
    public let prefixLength: UInt8

    public init?(_ address: IPAddress, prefixLength: Int) {
        guard (0...address.family.width).contains(prefixLength) else { return nil }
        self.address = address
        self.prefixLength = UInt8(prefixLength)
    }

    /// `address/n`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let length = Int(parts[1])
        else { return nil }
        self.init(address, prefixLength: length)
    }

    public var family: AddressFamily { address.family }
    private var hostBits: UInt128 {
        let bits = family.width - Int(prefixLength)
        return bits == 128 ? .max : (1 << UInt128(bits)) - 1
    }

    /// All addresses, as numbers.
    public var range: ClosedRange<UInt128> {
        let first = address.rawValue & ~hostBits
        return first...(first | hostBits)
    }

    public var first: IPAddress { IPAddress(rawValue: range.lowerBound, family) }
    public var last: IPAddress { IPAddress(rawValue: range.upperBound, family) }
    /// The network without a host part.
    public var subnet: IPNetwork {
        var copy = self
        copy.address = first
        return copy
    }

    public func contains(_ other: IPAddress) -> Bool {
        other.family == family && range.contains(other.rawValue)
    }

    public func contains(_ other: IPNetwork) -> Bool { contains(other.first) && contains(other.last) }
    public func overlaps(_ other: IPNetwork) -> Bool {
        other.family == family && range.overlaps(other.range)
    }
}

extension IPNetwork: CustomStringConvertible {
    public var description: String { "\(address)/\(prefixLength)" }
}
