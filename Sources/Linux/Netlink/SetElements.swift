public import LinuxSystem
public import Primitives
internal import Synchronization

/// An element of a set or a map of nftables, as the kernel keeps it.
public struct SetElement: Sendable, Hashable {
    /// The parts of a key or a value, in the order of the set's type (`inet_proto . inet_service`).
    public enum Part: Sendable, Hashable {
        case transport(TransportProtocol)
        case address(IPAddress)
        case port(UInt16)

        /// Each part fills registers of four bytes; numbers are in network order, zeros follow.
        var register: [UInt8] {
            switch self {
            case .transport(let transport): [transport.rawValue, 0, 0, 0]
            case .address(let address): address.bytes
            case .port(let port): [UInt8(port >> 8), UInt8(port & 0xff), 0, 0]
            }
        }
    }

    public var set: String
    public var key: [Part]
    /// Empty in sets.
    public var value: [Part]

    public init(set: String, key: [Part], value: [Part] = []) {
        self.set = set
        self.key = key
        self.value = value
    }
}

/// Adds and removes elements of one `inet` table, many at once, all or nothing.
///
/// `Nftables` can do the same, but reads all tables, chains and sets of the host before each command (25 system calls
/// on an empty host, more where others have rules). This is one datagram there and one back, and no memory.
public final class SetElements: Sendable {
    private let channel: any NetlinkChannel
    private let table: String
    private let sequence = Mutex<UInt32>(0)

    public init(_ channel: any NetlinkChannel, table: String) {
        self.channel = channel
        self.table = table
    }

    /// NETLINK_NETFILTER in the calling thread's network namespace.
    public convenience init(table: String) throws(SystemError) {
        self.init(try NetlinkSocket.netfilter(), table: table)
    }

    /// Errors: ENOENT without the table or the set, EBUSY or EEXIST when a key has another value.
    public func add(_ elements: [SetElement]) throws(NetlinkError) {
        // NFT_MSG_NEWSETELEM with NLM_F_CREATE
        try change(12, 0x400, elements, "add elements to table \(table)")
    }

    /// Errors: ENOENT when one of them is not there.
    public func remove(_ elements: [SetElement]) throws(NetlinkError) {
        // NFT_MSG_DELSETELEM
        try change(14, 0, elements, "remove elements of table \(table)")
    }

    private static let subsystem: UInt16 = 10 << 8

    /// A batch: begin, a message for each set, end (`linux/netfilter/nfnetlink.h`). Only the last message asks for an
    /// answer; the others and the batch itself answer when they fail.
    private func change(
        _ type: UInt16, _ flags: UInt16, _ elements: [SetElement], _ operation: String
    ) throws(NetlinkError) {
        let bodies = messages(elements)
        guard !bodies.isEmpty else { return }
        try sequence.withLock { (sequence) throws(NetlinkError) in
            let first = sequence &+ 1
            sequence &+= UInt32(truncatingIfNeeded: bodies.count + 2)
            var writer = NetlinkWriter()
            // NFNL_MSG_BATCH_BEGIN, for the subsystem in network order
            writer.message(type: 0x10, flags: 0x1, sequence: first, body: [0, 0, 0, 10])
            for (index, body) in bodies.enumerated() {
                let acknowledged: UInt16 = index == bodies.count - 1 ? 0x4 : 0
                writer.message(
                    type: Self.subsystem | type, flags: flags | 0x1 | acknowledged,
                    sequence: first &+ UInt32(truncatingIfNeeded: index + 1), body: body)
            }
            writer.message(type: 0x11, flags: 0x1, sequence: sequence, body: [0, 0, 0, 10])
            try channel.send(writer.bytes, for: operation)
            try collect(first, UInt32(truncatingIfNeeded: bodies.count), operation)
        }
    }

    private func collect(_ first: UInt32, _ last: UInt32, _ operation: String) throws(NetlinkError) {
        var failure: NetlinkError?
        while true {
            for message in try channel.messages(for: operation) where message.type == NetlinkMessage.error {
                let index = message.sequence &- first
                guard index <= last else { continue }
                let outcome = try message.outcome(operation)
                failure = failure ?? outcome
                // The batch as a whole failed: no other answer comes.
                guard index == last || index == 0 else { continue }
                if let failure { throw failure }
                return
            }
        }
    }

    /// For each set one message: nfgenmsg (NFPROTO_INET), table, set, elements.
    private func messages(_ elements: [SetElement]) -> [[UInt8]] {
        var bySet: [String: [SetElement]] = [:]
        for element in elements { bySet[element.set, default: []].append(element) }
        return bySet.sorted { $0.key < $1.key }.flatMap { set, elements in
            // An attribute's length has 16 bits.
            stride(from: 0, to: elements.count, by: 512).map { start in
                var writer = NetlinkWriter()
                writer.put([1, 0, 0, 0])
                writer.attribute(1, table)
                writer.attribute(2, set)
                writer.nested(3) { list in
                    for element in elements[start..<min(start + 512, elements.count)] {
                        list.nested(1) { $0.put(element) }
                    }
                }
                return writer.bytes
            }
        }
    }
}

extension NetlinkWriter {
    /// NFTA_SET_ELEM_KEY and NFTA_SET_ELEM_DATA, each with an NFTA_DATA_VALUE.
    fileprivate mutating func put(_ element: SetElement) {
        nested(1) { $0.attribute(1, element.key.flatMap(\.register)) }
        if !element.value.isEmpty { nested(2) { $0.attribute(1, element.value.flatMap(\.register)) } }
    }
}
