public import LinuxSystem
public import Primitives
internal import Synchronization

/// Makes the kernel forget where flows of packets went (conntrack), so that the next packet is judged anew.
///
/// TCP starts over with every connection; a UDP flow keeps its way as long as packets come.
public final class ConnectionTracking: Sendable {
    private let channel: any NetlinkChannel
    private let sequence = Mutex<UInt32>(0)

    public init(_ channel: any NetlinkChannel) { self.channel = channel }

    /// In the calling thread's network namespace.
    public convenience init() throws(SystemError) { self.init(try NetlinkSocket.netfilter()) }

    /// Forgets flows of a family to a port, whatever the address; with `source` only those that it answers.
    ///
    /// Errors: EINVAL before Linux 6.8, which forgets nothing then.
    public func forget(
        to port: UInt16, _ transport: TransportProtocol, _ family: AddressFamily, answeredBy source: IPAddress? = nil
    ) throws(NetlinkError) {
        try delete("forget flows to port \(port)/\(transport)", family) { writer in
            // CTA_TUPLE_ORIG: CTA_TUPLE_PROTO: CTA_PROTO_NUM, CTA_PROTO_DST_PORT
            writer.nested(1) { tuple in
                tuple.nested(2) { proto in
                    proto.attribute(1, transport.rawValue)
                    proto.attribute(3, port.bigEndian)
                }
            }
            // CTA_TUPLE_REPLY: CTA_TUPLE_IP: CTA_IP_V4_SRC, CTA_IP_V6_SRC
            if let source { writer.nested(2) { $0.nested(1) { $0.attribute(family == .v4 ? 1 : 3, source.bytes) } } }
            // CTA_FILTER: CTA_FILTER_ORIG_FLAGS, CTA_FILTER_REPLY_FLAGS
            writer.nested(25) { filter in
                filter.attribute(1, Match.transport | Match.destinationPort)
                filter.attribute(2, source == nil ? 0 : Match.source)
            }
        }
    }

    /// Which parts of a tuple count (`net/netfilter/nf_internals.h`).
    private enum Match {
        static let source: UInt32 = 1 << 0
        static let transport: UInt32 = 1 << 3
        static let destinationPort: UInt32 = 1 << 5
    }

    private func delete(
        _ operation: String, _ family: AddressFamily, _ build: (inout NetlinkWriter) -> Void
    ) throws(NetlinkError) {
        var body = NetlinkWriter()
        // nfgenmsg; a version other than 0 says that the family counts.
        body.put([family.rawValue, 1, 0, 0])
        build(&body)
        let bytes = body.bytes
        try sequence.withLock { (sequence) throws(NetlinkError) in
            sequence &+= 1
            var writer = NetlinkWriter()
            // IPCTNL_MSG_CT_DELETE
            writer.message(type: 1 << 8 | 2, flags: 0x5, sequence: sequence, body: bytes)
            try channel.send(writer.bytes, for: operation)
            while true {
                for message in try channel.messages(for: operation)
                where message.sequence == sequence && message.type == NetlinkMessage.error {
                    if let failure = try message.outcome(operation) { throw failure }
                    return
                }
            }
        }
    }
}
