internal import LinuxSystem

/// A container that is served.
final class Client {
    let number: Int
    let datagrams: FDBox
    let listener: FDBox
    let opener: SocketOpener
    /// How many connections of it are open.
    var connections = 0
    /// Numbers of its sockets towards each upstream.
    var pools: [Upstream: [Int]] = [:]

    init(_ number: Int, _ datagrams: FDBox, _ listener: FDBox, _ opener: @escaping SocketOpener) {
        self.number = number
        self.datagrams = datagrams
        self.listener = listener
        self.opener = opener
    }
}

extension ServingLoop {
    /// One whose sockets cannot be watched gets no answers.
    func open(_ client: Client) {
        clients[client.number] = client
        try? watch(client.datagrams, .readable, as: .datagrams(client.number))
        try? watch(client.listener, .readable, as: .listener(client.number))
    }

    func close(client number: Int) {
        guard let client = clients.removeValue(forKey: number) else { return }
        unwatch(client.datagrams)
        unwatch(client.listener)
        resting.remove(number)
        table.drop(client: number)
        for connection in connections.values.filter({ $0.client == number }) { close(connection) }
        for socket in sockets.values.filter({ $0.client == number }) { close(socket) }
        for stream in streams.values.filter({ $0.client == number }) { close(stream) }
    }

    /// Answers at most a batch of the datagrams that wait.
    func serveDatagrams(_ number: Int, _ events: PollEvents) {
        guard let client = clients[number] else { return }
        guard let count = try? batch.receive(from: client.datagrams.fd), count > 0 else {
            // The socket was shut down by someone: it would be ready for ever.
            if events.contains(.hungUp) { unwatch(client.datagrams) }
            return
        }
        let (unknown, upstreams) = answer(count, for: number)
        for (index, query) in unknown { forward(index, query, upstreams, client) }
        batch.sendReplies(of: count, on: client.datagrams.fd)
    }

    /// Writes the answers that the directory knows, and gives back the other queries with their places in the batch.
    private func answer(_ count: Int, for client: Int) -> ([(Int, Query)], [Upstream]) {
        state.read { directory in
            let view = directory.view(of: client)
            var unknown: [(Int, Query)] = []
            for index in 0..<count {
                // One that is longer than any query is dropped, unread.
                guard let request = batch.request(index) else { continue }
                switch responder.respond(to: request, for: view, directory, into: batch.replyRoom(index)) {
                case .ignore: break
                case .reply(let length): batch.setReply(index, length: length)
                case .forward(let query): unknown.append((index, query))
                }
            }
            return (unknown, view?.upstreams ?? [])
        }
    }

    private func forward(_ index: Int, _ query: Query, _ upstreams: [Upstream], _ client: Client) {
        guard let request = batch.request(index) else { return }
        let origin = Origin(client: client.number, path: .datagram(batch.sender(index)))
        if let step = table.begin(origin, Array(request), query, upstreams) { return perform(step) }
        batch.setReply(
            index, length: Answer.empty(to: query, request, .serverFailure, into: batch.replyRoom(index)))
    }
}
