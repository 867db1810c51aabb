internal import APIModel
internal import HTTPServer

/// The content types of attached streams.
enum StreamType {
    static let raw = "application/vnd.docker.raw-stream"
    static let multiplexed = "application/vnd.docker.multiplexed-stream"
}

extension Call {
    /// Takes the connection over for a session, until either side ends it.
    ///
    /// Clients that send `Upgrade`, whatever its value, get 101; the others 200 and a body without length. `detach`
    /// looks for the detach keys in what the client types; nil when its input isn't wanted.
    func takeOver(_ session: AttachSession, detach: DetachKeys?, standing: [(String, String)]) async {
        let isTerminal = !session.multiplexed
        let watcher = isTerminal ? detach.map { DetachWatcher($0, detached: session.detached) } : nil
        await exchange.hijack(
            head: hijackHead(multiplexed: session.multiplexed, standing: standing), backlog: session.backlog,
            live: session.live, session: Session(filter: watcher?.filter, ended: session.ended))
    }

    private func hijackHead(multiplexed: Bool, standing: [(String, String)]) -> String {
        var lines: [String]
        if exchange.request.header("upgrade") != nil {
            let type = speaks(42) && multiplexed ? StreamType.multiplexed : StreamType.raw
            lines = ["HTTP/1.1 101 UPGRADED", "Content-Type: \(type)", "Connection: Upgrade", "Upgrade: tcp"]
        } else {
            lines = ["HTTP/1.1 200 OK", "Content-Type: \(StreamType.raw)"]
        }
        lines += standing.map { "\($0.0): \($0.1)" }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }
}
