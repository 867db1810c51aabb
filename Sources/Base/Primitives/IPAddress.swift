/// The two kinds of addresses; raw values are AF_INET and AF_INET6 as Linux has them.
public enum AddressFamily: UInt8, Sendable, Hashable, CaseIterable, Codable {
    case v4 = 2
    case v6 = 10

    /// Bits of an address.
    public var width: Int { self == .v4 ? 32 : 128 }
}

/// An address of either family.
public enum IPAddress: Sendable, Hashable {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// Four decimal numbers, or one of RFC 4291's forms; nil for anything else.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// Of a number in host order; what is too large for the family is cut off.
    public init(rawValue: UInt128, _ family: AddressFamily) {
        switch family {
        case .v4: self = .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: rawValue)))
        case .v6:
            self = .v6(
                IPv6Address(
                    high: UInt64(truncatingIfNeeded: rawValue >> 64), low: UInt64(truncatingIfNeeded: rawValue)))
        }
    }

    /// In host order: addresses of a network count upwards.
    public var rawValue: UInt128 {
        switch self {
        case .v4(let address): UInt128(address.rawValue)
        case .v6(let address): UInt128(address.high) << 64 | UInt128(address.low)
        }
    }

    /// `0.0.0.0` or `::`.
    public static func any(_ family: AddressFamily) -> IPAddress { IPAddress(rawValue: 0, family) }

    public var family: AddressFamily {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    /// In network order.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let address): address.bytes
        case .v6(let address): address.bytes
        }
    }

    public var isAny: Bool { rawValue == 0 }
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    /// 224.0.0.0/4, ff00::/8.
    public var isMulticast: Bool {
        switch self {
        case .v4(let address): address.rawValue >> 28 == 14
        case .v6(let address): address.high >> 56 == 0xff
        }
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }

    /// As it stands before a port: IPv6 in brackets.
    public func with(port: UInt16) -> String { family == .v6 ? "[\(self)]:\(port)" : "\(self):\(port)" }
}
