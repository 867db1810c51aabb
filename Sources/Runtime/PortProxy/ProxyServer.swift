internal import LinuxSystem
internal import Primitives

/// Passes a container's ports on in user space, where the kernel's translation can't: from IPv6 to a container that has
/// only IPv4, from `::1`, and where no firewall is to be touched. One per container, single-threaded.
final class ProxyServer {
    private static let maximumRelays = 4096

    private struct Flow {
        var socket: FDBox
        var peer: SocketAddress
        var front: Int
    }

    private let fronts: [(entry: ProxyEntry, socket: FDBox)]
    private let poll: EventPoll
    private let batch = DatagramBatch(stride: 65_536)
    private var relays: [Int32: Relay] = [:]
    private var flows: [Int: DatagramFlows<SocketAddress, Flow>] = [:]
    private var flowBySocket: [Int32: Flow] = [:]
    /// At the limits (of its own or the system's) connections wait in the kernel's queue until others end.
    private var isFull = false

    /// The sockets are bound; those of streams listen from here on. Errors: of `listen(2)` and `epoll(7)`.
    init(_ fronts: [(entry: ProxyEntry, socket: FDBox)]) throws(SystemError) {
        self.fronts = fronts
        poll = try EventPoll()
        for (entry, socket) in fronts {
            try socket.fd.setNonBlocking(true)
            if entry.isStream { try socket.fd.listen() }
            try poll.add(socket.fd.rawValue, .readable)
        }
    }

    /// Serves for ever. Errors: of `epoll_wait(2)`.
    func run() throws(SystemError) -> Never {
        while true { try turn(milliseconds: flowBySocket.isEmpty ? -1 : 5000) }
    }

    /// What is ready now, and then the flows that have been idle for too long.
    func turn(milliseconds: Int32) throws(SystemError) {
        var ready: [(Int32, PollEvents)] = []
        try poll.wait(milliseconds: milliseconds) { ready.append(($0, $1)) }
        for (target, events) in ready { handle(target, events) }
        if !flowBySocket.isEmpty { expire(at: KernelClock.monotonic()) }
    }

    private func handle(_ target: Int32, _ events: PollEvents) {
        if let index = fronts.firstIndex(where: { $0.socket.fd.rawValue == target }) {
            fronts[index].entry.isStream ? accept(index) : takeDatagrams(index)
        } else if let relay = relays[target] {
            move(relay, events, of: target)
        } else if let flow = flowBySocket[target] {
            answer(flow)
        }
    }

    private func accept(_ index: Int) {
        let (entry, socket) = fronts[index]
        let client: FD
        do throws(SystemError) {
            guard relays.count < Self.maximumRelays * 2 else { return setFull(true) }
            guard let accepted = try socket.fd.accept() else { return }
            client = accepted
        } catch {
            // EMFILE and its like; with nobody to leave there is nothing to wait for.
            return setFull(!relays.isEmpty)
        }
        do throws(SystemError) {
            let relay = Relay(client: FDBox(client), backend: FDBox(try open(entry)))
            try? relay.client.fd.setNonBlocking(true)
            try poll.add(relay.client.fd.rawValue, relay.clientEvents)
            try poll.add(relay.backend.fd.rawValue, relay.backendEvents)
            relays[relay.client.fd.rawValue] = relay
            relays[relay.backend.fd.rawValue] = relay
        } catch {
            // The client's connection ends with its descriptor.
        }
    }

    private func setFull(_ isFull: Bool) {
        guard isFull != self.isFull else { return }
        self.isFull = isFull
        for (entry, socket) in fronts where entry.isStream {
            try? poll.change(socket.fd.rawValue, isFull ? [] : .readable)
        }
    }

    private func open(_ entry: ProxyEntry) throws(SystemError) -> FD {
        let target = SocketAddress(entry.address.bytes, port: entry.port)
        let socket =
            entry.isStream
            ? try StreamSocket.open(family: target.family) : try DatagramSocket.open(family: target.family)
        try socket.connect(to: target)
        return socket
    }

    private func move(_ relay: Relay, _ events: PollEvents, of target: Int32) {
        do throws(SystemError) {
            try relay.move(events, of: target)
            if relay.isOver { return drop(relay) }
            try poll.change(relay.client.fd.rawValue, relay.clientEvents)
            try poll.change(relay.backend.fd.rawValue, relay.backendEvents)
        } catch {
            drop(relay)
        }
    }

    private func drop(_ relay: Relay) {
        for socket in [relay.client, relay.backend] {
            poll.remove(socket.fd.rawValue)
            relays[socket.fd.rawValue] = nil
        }
        setFull(false)
    }

    private func takeDatagrams(_ index: Int) {
        let (entry, socket) = fronts[index]
        let now = KernelClock.monotonic()
        guard let count = try? batch.receive(from: socket.fd) else { return }
        for number in 0..<count {
            guard let datagram = batch.request(number) else { continue }
            let peer = batch.sender(number)
            guard let flow = flow(of: peer, index, entry, at: now) else { continue }
            _ = try? flow.socket.fd.sendNow(datagram)
        }
    }

    private func flow(of peer: SocketAddress, _ index: Int, _ entry: ProxyEntry, at now: Int64) -> Flow? {
        var known = flows[index] ?? DatagramFlows()
        defer { flows[index] = known }
        if let flow = known.flow(of: peer, at: now) { return flow }
        guard let socket = try? open(entry) else { return nil }
        let flow = Flow(socket: FDBox(socket), peer: peer, front: index)
        if let old = known.add(flow, of: peer, at: now) { close(old) }
        guard (try? poll.add(flow.socket.fd.rawValue, .readable)) != nil else { return nil }
        flowBySocket[flow.socket.fd.rawValue] = flow
        return flow
    }

    /// A container that refuses (ICMP) answers nothing; its flow goes on.
    private func answer(_ flow: Flow) {
        guard let count = try? batch.receive(from: flow.socket.fd) else { return }
        for number in 0..<count {
            guard let datagram = batch.request(number) else { continue }
            _ = try? fronts[flow.front].socket.fd.send(datagram, to: flow.peer)
        }
        _ = flows[flow.front]?.flow(of: flow.peer, at: KernelClock.monotonic())
    }

    private func expire(at now: Int64) {
        for index in flows.keys {
            for flow in flows[index]?.expire(at: now) ?? [] { close(flow) }
        }
    }

    private func close(_ flow: Flow) {
        poll.remove(flow.socket.fd.rawValue)
        flowBySocket[flow.socket.fd.rawValue] = nil
    }
}
