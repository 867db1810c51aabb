internal import LinuxSystem

extension ServingLoop {
    /// Does what the table says of a message that came; where it is to be passed, it gets the id that the client
    /// knows and is otherwise left as it is.
    func pass(_ step: ForwardStep, _ message: UnsafeMutableRawBufferPointer) {
        guard case .pass(let exchange) = step else { return perform(step) }
        message[0] = exchange.message[0]
        message[1] = exchange.message[1]
        deliver(UnsafeRawBufferPointer(message), of: exchange)
    }

    /// Over UDP an answer longer than the client takes becomes one without records that says so, and the client comes
    /// back over TCP.
    private func deliver(_ answer: UnsafeRawBufferPointer, of exchange: Exchange) {
        guard exchange.origin.kind == .datagram, answer.count > exchange.query.datagramLimit else {
            return deliver(answer, to: exchange.origin)
        }
        let code = MessageHeader(answer)?.flags.code ?? .noError
        exchange.message.withUnsafeBytes { message in
            let length = Answer.empty(to: exchange.query, message, code, truncated: true, into: room)
            deliver(UnsafeRawBufferPointer(rebasing: room[..<length]), to: exchange.origin)
        }
    }

    /// Tells the client that there is no answer (SERVFAIL).
    func deliver(fail query: Query, _ message: UnsafeRawBufferPointer, to origin: Origin) {
        let length = Answer.empty(to: query, message, .serverFailure, into: room)
        deliver(UnsafeRawBufferPointer(rebasing: room[..<length]), to: origin)
    }

    /// Brings a message to a client that may be gone. A datagram that its socket does not take is lost: the client asks
    /// again.
    private func deliver(_ answer: UnsafeRawBufferPointer, to origin: Origin) {
        switch origin.path {
        case .datagram(let address): try? clients[origin.client]?.datagrams.fd.send(answer, to: address)
        case .stream(let number):
            guard let connection = connections[number] else { return }
            connection.underWay -= 1
            connection.append(answer)
            restless.insert(number)
        }
    }
}
