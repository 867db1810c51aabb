internal import LinuxSystem
internal import Primitives

extension ServingLoop {
    /// Sockets of one client towards one upstream at the same time.
    private static let maximumSockets = 4
    /// Nanoseconds after which a socket that is not used is closed.
    private static let socketPatience: Int64 = 10_000_000_000
    /// Messages that are read of one socket in a turn.
    private static let maximumMessages = 32

    /// Does what the table says. An attempt that fails at once leads to the next one, of which there are few.
    func perform(_ step: ForwardStep) {
        switch step {
        case .ask(let exchange, let upstream): ask(exchange, upstream)
        case .fail(let exchange):
            exchange.message.withUnsafeBytes { deliver(fail: exchange.query, $0, to: exchange.origin) }
        case .pass: preconditionFailure("only a message that came is passed on")
        }
    }

    private func ask(_ exchange: Exchange, _ upstream: Upstream) {
        guard let client = clients[exchange.origin.client] else { return }
        do throws(SystemError) {
            switch exchange.origin.kind {
            case .datagram: try send(exchange, upstream, client)
            case .stream: try connect(exchange, upstream, client)
            }
        } catch {
            if let step = table.failed(exchange.number) { perform(step) }
        }
    }

    // MARK: - Datagrams

    private func send(_ exchange: Exchange, _ upstream: Upstream, _ client: Client) throws(SystemError) {
        let socket = try pick(upstream, client)
        let now = clock()
        guard let id = table.assign(exchange.number, to: socket.number, now: now) else { return }
        socket.lastUse = now
        socket.uses += 1
        if socket.isWornOut { client.pools[upstream]?.removeAll { $0 == socket.number } }
        exchange.message.withUnsafeBytes { room.copyMemory(from: $0) }
        room[0] = UInt8(truncatingIfNeeded: id >> 8)
        room[1] = UInt8(truncatingIfNeeded: id)
        let message = UnsafeRawBufferPointer(rebasing: room[..<exchange.message.count])
        guard try socket.socket.fd.sendNow(message) != nil else { throw SystemError(errno: 11, call: "send") }
    }

    /// One of a few sockets by chance; new ones until there are that many.
    private func pick(_ upstream: Upstream, _ client: Client) throws(SystemError) -> UpstreamSocket {
        let pool = client.pools[upstream] ?? []
        if pool.count >= Self.maximumSockets, let number = pool.randomElement(), let socket = sockets[number] {
            return socket
        }
        let box = FDBox(try openSocket(upstream, .datagram, client))
        let socket = UpstreamSocket(nextNumber(), client.number, upstream, box, now: clock())
        try watch(box, .readable, as: .upstreamSocket(socket.number))
        sockets[socket.number] = socket
        client.pools[upstream, default: []].append(socket.number)
        return socket
    }

    /// Connected, so that the kernel takes messages from the upstream's address alone, and tells when nobody is there.
    private func openSocket(
        _ upstream: Upstream, _ kind: SocketKind, _ client: Client
    ) throws(SystemError) -> FD {
        let socket =
            switch (upstream.place, kind) {
            case (.container, _): try client.opener(upstream.address.family, kind)
            case (.host, .datagram): try DatagramSocket.open(family: Int32(upstream.address.family.rawValue))
            case (.host, .stream): try StreamSocket.open(family: Int32(upstream.address.family.rawValue))
            }
        try socket.connect(to: SocketAddress(upstream.address.bytes, port: upstream.port))
        return socket
    }

    func receive(socket number: Int) {
        for _ in 0..<Self.maximumMessages {
            guard let socket = sockets[number] else { return }
            do throws(SystemError) {
                guard let count = try socket.socket.fd.receiveNow(into: room) else { return }
                let message = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
                if let step = table.received(UnsafeRawBufferPointer(message), over: number) { pass(step, message) }
            } catch {
                // Nobody listens there (ECONNREFUSED), or the way is gone.
                for step in table.carrierFailed(number) { perform(step) }
            }
        }
    }

    func close(_ socket: UpstreamSocket) {
        guard sockets.removeValue(forKey: socket.number) != nil else { return }
        unwatch(socket.socket)
        guard let client = clients[socket.client] else { return }
        client.pools[socket.upstream]?.removeAll { $0 == socket.number }
        if client.pools[socket.upstream]?.isEmpty == true { client.pools[socket.upstream] = nil }
    }

    func closeIdleSockets(now: Int64) {
        for socket in sockets.values
        where table.load(of: socket.number) == 0 && now - socket.lastUse >= Self.socketPatience {
            close(socket)
        }
    }

    /// No query waits for this carrier any more.
    func release(_ carrier: Int) {
        if let stream = streams[carrier] { close(stream) }
        if let socket = sockets[carrier], socket.isWornOut { close(socket) }
    }

    // MARK: - Streams

    private func connect(_ exchange: Exchange, _ upstream: Upstream, _ client: Client) throws(SystemError) {
        let box = FDBox(try openSocket(upstream, .stream, client))
        let stream = UpstreamStream(nextNumber(), exchange, box)
        try watch(box, .writable, as: .upstreamStream(stream.number))
        streams[stream.number] = stream
        guard let id = table.assign(exchange.number, to: stream.number, now: clock()) else { return close(stream) }
        stream.setQuestion(exchange.message, id: id)
    }

    func serve(stream number: Int, _ events: PollEvents) {
        guard let stream = streams[number] else { return }
        do throws(SystemError) {
            if events.contains(.readable) {
                try receive(stream)
            } else if try stream.flush() {
                try state.poll.change(stream.socket.fd.rawValue, .readable)
            }
        } catch {
            for step in table.carrierFailed(number) { perform(step) }
            close(stream)
        }
    }

    private func receive(_ stream: UpstreamStream) throws(SystemError) {
        guard let answer = try stream.receive(through: room) else { return }
        answer.withUnsafeBytes { room.copyMemory(from: $0) }
        let message = UnsafeMutableRawBufferPointer(rebasing: room[..<answer.count])
        guard let step = table.received(UnsafeRawBufferPointer(message), over: stream.number) else {
            throw SystemError(errno: 71, call: "recv")
        }
        pass(step, message)
    }

    func close(_ stream: UpstreamStream) {
        guard streams.removeValue(forKey: stream.number) != nil else { return }
        unwatch(stream.socket)
    }
}
