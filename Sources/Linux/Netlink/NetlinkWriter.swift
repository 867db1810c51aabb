/// Writes netlink messages and attributes (`man 7 netlink`): host byte order, lengths in front, 4-byte alignment.
public struct NetlinkWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func put<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }

    public mutating func put(_ raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }

    /// An attribute with a plain payload.
    public mutating func attribute(_ type: UInt16, _ payload: [UInt8]) {
        put(UInt16(truncatingIfNeeded: 4 + payload.count))
        put(type)
        put(payload)
        align()
    }

    public mutating func attribute<Value: FixedWidthInteger>(_ type: UInt16, _ value: Value) {
        attribute(type, withUnsafeBytes(of: value) { Array($0) })
    }

    /// A string attribute, ended by a NUL.
    public mutating func attribute(_ type: UInt16, _ text: String) { attribute(type, Array(text.utf8) + [0]) }

    /// An attribute that holds attributes (NLA_F_NESTED).
    public mutating func nested(_ type: UInt16, _ body: (inout NetlinkWriter) -> Void) {
        let start = bytes.count
        put(UInt16(0))
        put(type | 0x8000)
        body(&self)
        patch(UInt16(truncatingIfNeeded: bytes.count - start), at: start)
        align()
    }

    /// A whole message: header, then `body`.
    public mutating func message(type: UInt16, flags: UInt16, sequence: UInt32, body: [UInt8]) {
        put(UInt32(truncatingIfNeeded: 16 + body.count))
        put(type)
        put(flags)
        put(sequence)
        put(UInt32(0))
        put(body)
        align()
    }

    private mutating func align() {
        while bytes.count % 4 != 0 { bytes.append(0) }
    }

    private mutating func patch(_ value: UInt16, at offset: Int) {
        withUnsafeBytes(of: value) { bytes.replaceSubrange(offset..<(offset + 2), with: $0) }
    }
}
