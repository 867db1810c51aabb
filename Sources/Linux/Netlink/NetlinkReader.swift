internal import Primitives

/// A message as it came, its payload still to be read.
public struct NetlinkMessage: Sendable {
    public var type: UInt16
    public var flags: UInt16
    public var sequence: UInt32
    public var payload: ArraySlice<UInt8>

    static let error: UInt16 = 2
    static let done: UInt16 = 3

    /// Splits a datagram. Nil when a length points outside of it.
    public static func split(_ datagram: [UInt8]) -> [NetlinkMessage]? {
        var result: [NetlinkMessage] = []
        var rest = datagram[...]
        while !rest.isEmpty {
            guard let length = rest.integer(at: 0, as: UInt32.self), let type = rest.integer(at: 4, as: UInt16.self),
                let flags = rest.integer(at: 6, as: UInt16.self), let sequence = rest.integer(at: 8, as: UInt32.self),
                length >= 16, length <= rest.count
            else { return nil }
            let payload = rest.dropFirst(16).prefix(Int(length) - 16)
            result.append(NetlinkMessage(type: type, flags: flags, sequence: sequence, payload: payload))
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        }
        return result
    }

    /// NLMSG_ERROR: the negative errno (0 is success), the request's header, then attributes (`man 7 netlink`).
    func outcome(_ operation: String) throws(NetlinkError) -> NetlinkError? {
        guard let code = payload.integer(at: 0, as: Int32.self) else { throw .malformed(operation) }
        if code == 0 { return nil }
        guard code < 0, code > -4096 else { throw .malformed(operation) }
        var text: String?
        if flags & 0x200 != 0 {
            let capped = flags & 0x100 != 0
            let echo = payload.integer(at: 4, as: UInt32.self) ?? 16
            let offset = 4 + (capped ? 16 : Int(min(echo, 1 << 20)))
            text = NetlinkAttribute.list(payload, from: offset)?.first { $0.type == 1 }?.text
        }
        return NetlinkError(errno: -code, operation: operation, kernelText: text)
    }
}

/// One attribute; `type` without its flag bits.
public struct NetlinkAttribute: Sendable {
    public var type: UInt16
    public var payload: ArraySlice<UInt8>

    /// All attributes from `offset` of a payload on. Nil when a length points outside of it.
    public static func list(_ payload: ArraySlice<UInt8>, from offset: Int = 0) -> [NetlinkAttribute]? {
        guard payload.count >= offset else { return nil }
        var result: [NetlinkAttribute] = []
        var rest = payload.dropFirst((offset + 3) & ~3)
        while rest.count >= 4 {
            guard let length = rest.integer(at: 0, as: UInt16.self), let type = rest.integer(at: 2, as: UInt16.self),
                length >= 4, Int(length) <= rest.count
            else { return nil }
            result.append(NetlinkAttribute(type: type & 0x3fff, payload: rest.dropFirst(4).prefix(Int(length) - 4)))
            rest = rest.dropFirst((Int(length) + 3) & ~3)
        }
        return result
    }

    /// Text up to the first NUL.
    public var text: String { String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self) }
    public var uint32: UInt32? { payload.integer(at: 0, as: UInt32.self) }

    var ip: IPAddress? {
        switch payload.count {
        case 4: .v4(IPv4Address(rawValue: payload.reduce(0) { $0 << 8 | UInt32($1) }))
        case 16:
            .v6(
                IPv6Address(
                    high: payload.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                    low: payload.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }))
        default: nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// An integer in host order; nil past the end.
    func integer<Value: FixedWidthInteger>(at offset: Int, as type: Value.Type) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, count >= offset + size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
    }
}
