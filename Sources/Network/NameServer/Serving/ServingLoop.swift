internal import LinuxSystem
internal import Synchronization

/// The server's thread: waits for sockets, answers, forwards, and closes what is idle. Nothing of it is touched by
/// any other thread.
final class ServingLoop {
    /// What a descriptor is for; the numbers are of clients, connections and carriers.
    enum Role {
        case bell
        case datagrams(Int)
        case listener(Int)
        case connection(Int)
        case upstreamSocket(Int)
        case upstreamStream(Int)
    }

    /// Nanoseconds between looks for what is idle.
    private static let housekeeping: Int64 = 1_000_000_000

    let state: ServerState
    let clock: @Sendable () -> Int64
    var roles: [Int32: Role] = [:]
    var clients: [Int: Client] = [:]
    var connections: [Int: Connection] = [:]
    var sockets: [Int: UpstreamSocket] = [:]
    var streams: [Int: UpstreamStream] = [:]
    /// Connections that may have something to write, to read on, or to end.
    var restless: Set<Int> = []
    /// Clients whose connections cannot be taken now, for want of descriptors.
    var resting: Set<Int> = []
    var table: ForwardTable
    var responder = Responder(seed: .random(in: 0 ... .max))
    let batch = DatagramBatch(stride: MessageSize.datagram)
    /// Room for one message, with two more bytes for a length or to notice that it is too long.
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: MessageSize.stream + 2, alignment: 16)
    private(set) var isRunning = true
    private var ready: [(descriptor: Int32, events: PollEvents)] = []
    private var nextHousekeeping: Int64 = .max
    private var lastNumber = 0

    init(_ state: ServerState, clock: @escaping @Sendable () -> Int64, limits: ForwardTable.Limits = .init()) {
        self.state = state
        self.clock = clock
        table = ForwardTable(limits: limits)
        roles[state.bell.fd.rawValue] = .bell
        room.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { room.deallocate() }

    /// Numbers of connections and carriers, never used again.
    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Waits for events, at most `milliseconds` (-1: until the next deadline), and handles them.
    ///
    /// A turn takes a bounded share of each socket's work, and the kernel puts those that have more behind the
    /// others: a flood in one container delays the others by one share.
    func turn(waiting milliseconds: Int32) {
        ready.removeAll(keepingCapacity: true)
        do throws(SystemError) {
            try state.poll.wait(milliseconds: patience(milliseconds)) { ready.append(($0, $1)) }
        } catch {
            preconditionFailure("waiting for events: \(error)")
        }
        for event in ready { handle(event.descriptor, event.events) }
        expire(now: clock())
    }

    private func patience(_ milliseconds: Int32) -> Int32 {
        let deadline = min(table.nextDeadline, nextHousekeeping)
        guard deadline != .max else { return milliseconds }
        let rest = (max(0, deadline - clock()) + 999_999) / 1_000_000
        let bounded = Int32(min(rest, 60_000))
        return milliseconds < 0 ? bounded : min(bounded, milliseconds)
    }

    /// A descriptor that was closed in the same turn has no role any more, or already a new one; all are
    /// non-blocking, so an event too many does no harm.
    private func handle(_ descriptor: Int32, _ events: PollEvents) {
        switch roles[descriptor] {
        case .bell: obey()
        case .datagrams(let client): serveDatagrams(client, events)
        case .listener(let client): accept(client)
        case .connection(let number): serve(connection: number, events)
        case .upstreamSocket(let number): receive(socket: number)
        case .upstreamStream(let number): serve(stream: number, events)
        case nil: break
        }
        settle()
    }

    private func obey() {
        for command in state.takeCommands() {
            switch command {
            case .open(let number, let datagrams, let listener, let opener):
                open(Client(number, datagrams, listener, opener))
            case .close(let number): close(client: number)
            case .stop: stop()
            }
        }
    }

    private func stop() {
        for number in Array(clients.keys) { close(client: number) }
        isRunning = false
    }

    private func expire(now: Int64) {
        if now >= table.nextDeadline {
            for step in table.expire(now: now) { perform(step) }
            settle()
        }
        if now >= nextHousekeeping {
            closeIdleSockets(now: now)
            closeIdleConnections(now: now)
            wakeListeners()
        }
        let isQuiet = sockets.isEmpty && connections.isEmpty && resting.isEmpty
        if isQuiet {
            nextHousekeeping = .max
        } else if now >= nextHousekeeping || nextHousekeeping == .max {
            nextHousekeeping = now + Self.housekeeping
        }
    }

    /// Ends what events have left: carriers without queries, connections with answers to write.
    private func settle() {
        while let number = restless.popFirst() { settle(connection: number) }
        for carrier in table.takeReleased() { release(carrier) }
    }

    /// Watches a descriptor; one that cannot be watched is of no use (ENOMEM, ENOSPC).
    func watch(_ box: FDBox, _ events: PollEvents, as role: Role) throws(SystemError) {
        try state.poll.add(box.fd.rawValue, events)
        roles[box.fd.rawValue] = role
    }

    func unwatch(_ box: FDBox) {
        state.poll.remove(box.fd.rawValue)
        roles[box.fd.rawValue] = nil
    }
}
