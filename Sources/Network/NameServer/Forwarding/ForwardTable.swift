/// All exchanges on their way, as a value that is told what happens and what time it is: it opens, sends and waits for
/// nothing itself.
///
/// ```
/// begin -> ask --assign--> waiting --received--> pass
///           ^                 |  \---received an error, failed, expired, the last upstream--> fail or pass
///           '-----------------'      ... and there is another upstream
/// ```
struct ForwardTable: Sendable {
    struct Limits: Sendable {
        /// Exchanges in flight: over all, and of one client.
        var total = 1024
        var client = 256
        /// Above this many over all, only clients that have few themselves are served: a few flooding ones leave room.
        var crowded = 768
        var modest = 32
        /// Nanoseconds that one upstream has for its answer.
        var patience: Int64 = 2_000_000_000
    }

    private let limits: Limits
    private var exchanges: [Int: Exchange] = [:]
    private var carriages: [Carriage: Int] = [:]
    private var countByClient: [Int: Int] = [:]
    /// Exchanges by what they run over; none means not in here.
    private var loads: [Int: Int] = [:]
    private var released: Set<Int> = []
    private var lastNumber = 0
    /// Never later than the first deadline.
    private(set) var nextDeadline: Int64 = .max
    /// Ids are secrets: who can guess them can answer in an upstream's place (RFC 5452 4.3).
    private var random = SystemRandomNumberGenerator()

    init(limits: Limits = Limits()) { self.limits = limits }

    var count: Int { exchanges.count }

    /// Queries that wait for an answer over this.
    func load(of carrier: Int) -> Int { loads[carrier] ?? 0 }

    /// A new exchange; nil when there are too many, or nobody to ask.
    mutating func begin(_ origin: Origin, _ message: [UInt8], _ query: Query, _ upstreams: [Upstream]) -> ForwardStep? {
        guard let first = upstreams.first, admits(origin.client) else { return nil }
        lastNumber += 1
        let exchange = Exchange(
            number: lastNumber, origin: origin, message: message, query: query, upstreams: upstreams)
        exchanges[exchange.number] = exchange
        countByClient[origin.client, default: 0] += 1
        return .ask(exchange, first)
    }

    private func admits(_ client: Int) -> Bool {
        let own = countByClient[client] ?? 0
        guard count < limits.total, own < limits.client else { return false }
        return count < limits.crowded || own < limits.modest
    }

    /// Says over what the question is asked, and gives the id to ask it with. nil when the exchange is over.
    mutating func assign(_ number: Int, to carrier: Int, now: Int64) -> UInt16? {
        guard exchanges[number] != nil else { return nil }
        var carriage = Carriage(carrier: carrier, id: .random(in: 0 ... .max, using: &random))
        while carriages[carriage] != nil { carriage.id = .random(in: 0 ... .max, using: &random) }
        carriages[carriage] = number
        loads[carrier, default: 0] += 1
        exchanges[number]?.carriage = carriage
        exchanges[number]?.deadline = now + limits.patience
        nextDeadline = min(nextDeadline, now + limits.patience)
        return carriage.id
    }

    /// The present attempt came to nothing.
    mutating func failed(_ number: Int) -> ForwardStep? {
        guard exchanges[number] != nil else { return nil }
        return nextUpstream(number) ?? finish(number).map { .fail($0) }
    }

    /// All that run over this have failed.
    mutating func carrierFailed(_ carrier: Int) -> [ForwardStep] {
        carriages.filter { $0.key.carrier == carrier }.values.sorted().compactMap { failed($0) }
    }

    /// Those whose time is over.
    mutating func expire(now: Int64) -> [ForwardStep] {
        guard now >= nextDeadline else { return [] }
        let late = exchanges.values.filter { $0.deadline <= now }.map(\.number).sorted()
        let steps = late.compactMap { failed($0) }
        nextDeadline = exchanges.values.lazy.map(\.deadline).min() ?? .max
        return steps
    }

    /// Forgets all of a client that is gone.
    mutating func drop(client: Int) {
        for number in exchanges.values.filter({ $0.origin.client == client }).map(\.number) { _ = finish(number) }
    }

    /// What nothing runs over any more since the last time this was asked.
    mutating func takeReleased() -> Set<Int> {
        guard !released.isEmpty else { return [] }
        defer { released = [] }
        return released.filter { load(of: $0) == 0 }
    }

    private mutating func nextUpstream(_ number: Int) -> ForwardStep? {
        guard var exchange = exchanges[number], exchange.attempt + 1 < exchange.upstreams.count else { return nil }
        leaveCarrier(exchange)
        exchange.attempt += 1
        exchange.carriage = nil
        exchange.deadline = .max
        exchanges[number] = exchange
        return .ask(exchange, exchange.upstreams[exchange.attempt])
    }

    private mutating func finish(_ number: Int) -> Exchange? {
        guard let exchange = exchanges.removeValue(forKey: number) else { return nil }
        leaveCarrier(exchange)
        let left = (countByClient[exchange.origin.client] ?? 1) - 1
        countByClient[exchange.origin.client] = left > 0 ? left : nil
        return exchange
    }

    private mutating func leaveCarrier(_ exchange: Exchange) {
        guard let carriage = exchange.carriage, carriages.removeValue(forKey: carriage) != nil else { return }
        let left = load(of: carriage.carrier) - 1
        loads[carriage.carrier] = left > 0 ? left : nil
        released.insert(carriage.carrier)
    }
}

// MARK: - Answers

extension ForwardTable {
    /// A message came over a carrier. nil when it answers nothing that was asked there (RFC 5452 9.1): wrong id, wrong
    /// question, no answer at all. The carrier stands for the address.
    mutating func received(_ message: UnsafeRawBufferPointer, over carrier: Int) -> ForwardStep? {
        guard let header = MessageHeader(message), header.flags.contains(.response),
            let number = carriages[Carriage(carrier: carrier, id: header.id)], let exchange = exchanges[number],
            answers(message, header, exchange)
        else { return nil }
        switch header.flags.code {
        case .serverFailure, .refused: return failed(number)
        case .notImplemented: return nextUpstream(number) ?? finish(number).map { .pass($0) }
        case .formatError where exchange.query.extended != nil:
            return nextUpstream(number) ?? finish(number).map { .pass($0) }
        default: return finish(number).map { .pass($0) }
        }
    }

    /// A failure may come without the question: some servers do not read it before they refuse.
    private func answers(
        _ message: UnsafeRawBufferPointer, _ header: MessageHeader, _ exchange: Exchange
    ) -> Bool {
        if header.questions == 0 { return header.flags.code != .noError && header.answers == 0 }
        guard let question = Question(header, message) else { return false }
        return exchange.message.withUnsafeBytes { exchange.query.question.isSame(as: question, $0, message) }
    }
}
