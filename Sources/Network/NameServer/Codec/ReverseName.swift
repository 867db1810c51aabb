internal import Primitives

/// The names under which addresses are asked for: `4.3.2.1.in-addr.arpa` (RFC 1035 3.5) and 32 nibbles under `ip6.arpa`
/// (RFC 3596 2.5).
enum ReverseName {
    /// The address, from labels without the root's zero; nil for any other name.
    static func address(_ name: UnsafeRawBufferPointer) -> IPAddress? {
        if let labels = rest(of: name, before: v4Tree) { return v4(labels) }
        if let labels = rest(of: name, before: v6Tree) { return v6(labels) }
        return nil
    }

    private static let v4Tree: [UInt8] = [7] + Array("in-addr".utf8) + [4] + Array("arpa".utf8)
    private static let v6Tree: [UInt8] = [3] + Array("ip6".utf8) + [4] + Array("arpa".utf8)

    private static func rest(of name: UnsafeRawBufferPointer, before tree: [UInt8]) -> UnsafeRawBufferPointer? {
        let start = name.count - tree.count
        guard start > 0 else { return nil }
        let tail = UnsafeRawBufferPointer(rebasing: name[start...])
        guard tree.withUnsafeBytes({ WireName.areEqual($0, tail) }) else { return nil }
        return UnsafeRawBufferPointer(rebasing: name[..<start])
    }

    /// The last byte of the address comes first.
    private static func v4(_ labels: UnsafeRawBufferPointer) -> IPAddress? {
        var reader = MessageReader(labels)
        var value: UInt32 = 0
        for index in 0..<UInt32(4) {
            guard let byte = decimal(&reader) else { return nil }
            value |= byte << (8 * index)
        }
        return reader.byte() == nil ? .v4(IPv4Address(rawValue: value)) : nil
    }

    private static func decimal(_ reader: inout MessageReader) -> UInt32? {
        guard let length = reader.byte(), (1...3).contains(length) else { return nil }
        var value: UInt32 = 0
        for index in 0..<length {
            guard let digit = reader.byte(), (48...57).contains(digit) else { return nil }
            if index == 0 && digit == 48 && length > 1 { return nil }
            value = value * 10 + UInt32(digit - 48)
        }
        return value <= 255 ? value : nil
    }

    private static func v6(_ labels: UnsafeRawBufferPointer) -> IPAddress? {
        var reader = MessageReader(labels)
        var value: UInt128 = 0
        for index in 0..<UInt128(32) {
            guard reader.byte() == 1, let nibble = nibble(reader.byte()) else { return nil }
            value |= nibble << (4 * index)
        }
        return reader.byte() == nil ? IPAddress(rawValue: value, .v6) : nil
    }

    private static func nibble(_ digit: UInt8?) -> UInt128? {
        guard let digit else { return nil }
        switch WireName.fold(digit) {
        case 48...57: return UInt128(digit - 48)
        case 97...102: return UInt128(WireName.fold(digit) - 87)
        default: return nil
        }
    }
}
