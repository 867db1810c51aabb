internal import LinuxSystem

/// Where a query came from, and its answer goes.
struct Origin: Sendable, Hashable {
    enum Path: Sendable, Hashable {
        case datagram(SocketAddress)
        /// The number of a connection.
        case stream(Int)
    }

    var client: Int
    var path: Path

    var kind: SocketKind {
        if case .stream = path { .stream } else { .datagram }
    }
}

/// A query on its way through other servers.
struct Exchange: Sendable {
    let number: Int
    let origin: Origin
    /// The query as it came, at most `MessageSize.datagram` bytes, and what is to be known of it.
    let message: [UInt8]
    let query: Query
    /// Asked in this order; one at least.
    let upstreams: [Upstream]
    /// Which of them is asked now.
    var attempt = 0
    /// What the present attempt runs over, and under which id.
    var carriage: Carriage?
    /// Nanoseconds of the monotonic clock.
    var deadline: Int64 = .max
}

/// A query's name towards another server: an id means something only together with the socket.
struct Carriage: Sendable, Hashable {
    /// The number of a socket or a stream towards another server.
    var carrier: Int
    var id: UInt16
}

/// What is to be done next for an exchange.
enum ForwardStep: Sendable {
    case ask(Exchange, Upstream)
    /// The answer at hand goes back; the exchange is over.
    case pass(Exchange)
    /// Nobody answered; the exchange is over.
    case fail(Exchange)
}
