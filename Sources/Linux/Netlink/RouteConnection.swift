internal import LinuxSystem
internal import Synchronization

/// Talks rtnetlink over one channel, one exchange at a time; safe to share between threads. Calls block shortly.
public final class RouteConnection: Sendable {
    private let channel: any NetlinkChannel
    private let sequence = Mutex<UInt32>(0)

    public init(_ channel: any NetlinkChannel) { self.channel = channel }

    /// The kernel's, in the calling thread's network namespace.
    public convenience init() throws(NetlinkError) {
        do {
            self.init(try NetlinkSocket.route())
        } catch {
            throw NetlinkError(errno: error.errno, operation: "open a netlink socket")
        }
    }

    /// Sends all requests in one datagram and waits until the kernel has done them, in order.
    ///
    /// The kernel goes on after a refused request; the first refusal is thrown when all have been tried. Only the last
    /// request asks for an answer: the others speak up only when they fail.
    public func perform(_ requests: [RouteRequest]) throws(NetlinkError) {
        guard let last = requests.last else { return }
        try sequence.withLock { (sequence) throws(NetlinkError) in
            let first = sequence &+ 1
            var writer = NetlinkWriter()
            for (index, request) in requests.enumerated() {
                sequence &+= 1
                let flags = request.flags | (index == requests.count - 1 ? 0x5 : 0x1)
                writer.message(type: request.type, flags: flags, sequence: sequence, body: request.body)
            }
            try channel.send(writer.bytes, for: last.description)
            try collect(requests, first: first)
        }
    }

    public func perform(_ request: RouteRequest) throws(NetlinkError) { try perform([request]) }

    private func collect(_ requests: [RouteRequest], first: UInt32) throws(NetlinkError) {
        var failure: NetlinkError?
        let finalIndex = UInt32(truncatingIfNeeded: requests.count - 1)
        while true {
            for message in try channel.messages(for: requests[requests.count - 1].description) {
                let index = message.sequence &- first
                guard message.type == NetlinkMessage.error, index <= finalIndex else { continue }
                let outcome = try message.outcome(requests[Int(index)].description)
                failure = failure ?? outcome
                guard index == finalIndex else { continue }
                if let failure { throw failure }
                return
            }
        }
    }

    /// All objects of a kind. A dump that the kernel had to interrupt (NLM_F_DUMP_INTR) is taken again.
    func dump<Item: Sendable>(
        _ request: RouteRequest, _ parse: @Sendable (NetlinkMessage) -> Item?
    ) throws(NetlinkError) -> [Item] {
        try sequence.withLock { (sequence) throws(NetlinkError) in
            for _ in 0..<8 {
                sequence &+= 1
                if let items = try dumpOnce(request, sequence, parse) { return items }
            }
            throw NetlinkError(errno: 4, operation: request.description)
        }
    }

    private func dumpOnce<Item: Sendable>(
        _ request: RouteRequest, _ sequence: UInt32, _ parse: @Sendable (NetlinkMessage) -> Item?
    ) throws(NetlinkError) -> [Item]? {
        var writer = NetlinkWriter()
        writer.message(type: request.type, flags: request.flags | 0x301, sequence: sequence, body: request.body)
        try channel.send(writer.bytes, for: request.description)
        var items: [Item] = []
        var interrupted = false
        while true {
            for message in try channel.messages(for: request.description) where message.sequence == sequence {
                interrupted = interrupted || message.flags & 0x10 != 0
                if message.type == NetlinkMessage.done { return interrupted ? nil : items }
                if message.type == NetlinkMessage.error {
                    throw try message.outcome(request.description) ?? .malformed(request.description)
                }
                if let item = parse(message) { items.append(item) }
            }
            guard items.count <= 1 << 20 else { throw NetlinkError(errno: 7, operation: request.description) }
        }
    }

    /// One object, asked for by name or number.
    func get<Item: Sendable>(
        _ request: RouteRequest, _ parse: @Sendable (NetlinkMessage) -> Item?
    ) throws(NetlinkError) -> Item {
        try sequence.withLock { (sequence) throws(NetlinkError) in
            sequence &+= 1
            var writer = NetlinkWriter()
            writer.message(type: request.type, flags: request.flags | 0x1, sequence: sequence, body: request.body)
            try channel.send(writer.bytes, for: request.description)
            while true {
                for message in try channel.messages(for: request.description) where message.sequence == sequence {
                    if message.type == NetlinkMessage.error {
                        throw try message.outcome(request.description) ?? .malformed(request.description)
                    }
                    guard let item = parse(message) else { throw NetlinkError.malformed(request.description) }
                    return item
                }
            }
        }
    }
}
