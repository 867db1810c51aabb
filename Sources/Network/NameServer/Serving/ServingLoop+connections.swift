internal import LinuxSystem

extension ServingLoop {
    /// Connections of one client at the same time; more are closed at once.
    private static let maximumConnections = 16
    /// Nanoseconds without a query or a step of an answer after which a connection is closed.
    private static let connectionPatience: Int64 = 10_000_000_000

    /// Takes waiting connections, a bounded number.
    func accept(_ number: Int) {
        guard let client = clients[number] else { return }
        for _ in 0..<Self.maximumConnections {
            do throws(SystemError) {
                guard let socket = try client.listener.fd.accept() else { return }
                admit(FDBox(socket), of: client)
            } catch {
                // Out of descriptors (EMFILE): the connection stays in the queue, and the listener ready. It is
                // looked at again with the next housekeeping.
                unwatch(client.listener)
                resting.insert(number)
                return
            }
        }
    }

    func wakeListeners() {
        for number in resting {
            guard let client = clients[number] else { continue }
            try? watch(client.listener, .readable, as: .listener(number))
        }
        resting = []
    }

    private func admit(_ socket: FDBox, of client: Client) {
        guard client.connections < Self.maximumConnections else { return }
        let connection = Connection(nextNumber(), client.number, socket, now: clock())
        guard (try? watch(socket, .readable, as: .connection(connection.number))) != nil else { return }
        connections[connection.number] = connection
        client.connections += 1
    }

    func close(_ connection: Connection) {
        guard connections.removeValue(forKey: connection.number) != nil else { return }
        unwatch(connection.socket)
        clients[connection.client]?.connections -= 1
    }

    func serve(connection number: Int, _ events: PollEvents) {
        guard let connection = connections[number] else { return }
        if !events.isDisjoint(with: [.failed, .hungUp]) { return close(connection) }
        restless.insert(number)
        guard events.contains(.readable), connection.takesQueries, !connection.isHalfClosed else { return }
        // What was read and not looked at yet is always less than a message.
        let space = UnsafeMutableRawBufferPointer(rebasing: room[..<(MessageSize.datagram + 2)])
        do throws(SystemError) {
            guard let count = try connection.socket.fd.receiveNow(into: space) else { return }
            connection.isHalfClosed = count == 0
            connection.input.append(contentsOf: space[..<count])
        } catch {
            close(connection)
        }
    }

    /// Brings a connection as far as it goes: answers what is in its input, writes, and says what it waits for next.
    func settle(connection number: Int) {
        guard let connection = connections[number] else { return }
        do throws(SystemError) {
            while connection.takesQueries, let message = try connection.takeMessage() { answer(message, connection) }
            if try connection.flush() { connection.lastProgress = clock() }
            let isOver = connection.isHalfClosed && connection.underWay == 0 && !connection.hasOutput
            if isOver { return close(connection) }
            try changeInterest(connection)
        } catch {
            close(connection)
        }
    }

    private func changeInterest(_ connection: Connection) throws(SystemError) {
        var interest: PollEvents = connection.hasOutput ? .writable : []
        if connection.takesQueries && !connection.isHalfClosed { interest.insert(.readable) }
        guard interest != connection.interest else { return }
        connection.interest = interest
        try state.poll.change(connection.socket.fd.rawValue, interest)
    }

    private func answer(_ message: [UInt8], _ connection: Connection) {
        connection.lastProgress = clock()
        message.withUnsafeBytes { bytes in
            let (outcome, upstreams) = state.read { directory in
                let view = directory.view(of: connection.client)
                let outcome = responder.respond(
                    to: bytes, for: view, directory, limit: MessageSize.stream, into: room)
                return (outcome, view?.upstreams ?? [])
            }
            switch outcome {
            case .ignore: break
            case .reply(let length): connection.append(UnsafeRawBufferPointer(rebasing: room[..<length]))
            case .forward(let query): forward(message, query, upstreams, connection)
            }
        }
    }

    private func forward(_ message: [UInt8], _ query: Query, _ upstreams: [Upstream], _ connection: Connection) {
        let origin = Origin(client: connection.client, path: .stream(connection.number))
        connection.underWay += 1
        if let step = table.begin(origin, message, query, upstreams) { return perform(step) }
        message.withUnsafeBytes { deliver(fail: query, $0, to: origin) }
    }

    func closeIdleConnections(now: Int64) {
        for connection in connections.values
        where connection.underWay == 0 && now - connection.lastProgress >= Self.connectionPatience {
            close(connection)
        }
    }
}
