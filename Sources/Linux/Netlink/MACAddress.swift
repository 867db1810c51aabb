public import Primitives

/// A 48-bit link address.
public struct MACAddress: Sendable, Hashable {
    /// Six of them.
    public let bytes: [UInt8]

    /// Nil unless there are six bytes.
    public init?(bytes: some Sequence<UInt8>) {
        let all = Array(bytes)
        guard all.count == 6 else { return nil }
        self.bytes = all
    }

    /// Docker's rule for a container: `02:42` and the four bytes of its IPv4 address.
    public init(for address: IPv4Address) { bytes = [0x02, 0x42] + address.bytes }

    /// `02:42` and four bytes at random.
    public static func random() -> MACAddress {
        MACAddress(for: IPv4Address(rawValue: .random(in: 0 ... .max)))
    }

    /// The address of a link that the kernel makes from this one (RFC 4291, appendix A).
    public var linkLocal: IPv6Address {
        let host = [bytes[0] ^ 2, bytes[1], bytes[2], 0xff, 0xfe, bytes[3], bytes[4], bytes[5]]
        return IPv6Address(high: 0xfe80 << 48, low: host.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// Six pairs of hexadecimal digits between colons or between hyphens; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let separator: Character = text.contains("-") ? "-" : ":"
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == 6, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(isHexDigit) })
        else { return nil }
        bytes = parts.compactMap { UInt8($0, radix: 16) }
    }

    /// Addresses groups of stations, so no station can have it.
    public var isMulticast: Bool { bytes.first.map { $0 & 1 != 0 } ?? false }
}

extension MACAddress: CustomStringConvertible {
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
}
