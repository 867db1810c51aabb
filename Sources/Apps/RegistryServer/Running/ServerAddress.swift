internal import HTTPServer
internal import Primitives

/// `http.addr`: `:5000`, `127.0.0.1:5000`, `[::1]:0`, or a socket's path.
struct ServerAddress {
    let listen: ListenAddress
    private let host: String

    init(_ settings: HTTPSettings) throws(EngineError) {
        if settings.isUnixSocket {
            self.init(listen: .unix(path: settings.address), host: settings.address)
        } else {
            try self.init(tcp: settings.address)
        }
    }

    private init(listen: ListenAddress, host: String) {
        self.listen = listen
        self.host = host
    }

    /// No host is all of them, IPv4's among IPv6's.
    init(tcp text: String) throws(EngineError) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw EngineError(.badParameter, "configuration: '\(text)' is no address; it has to be host:port")
        }
        host = String(text[..<colon])
        let bare = host.filter { $0 != "[" && $0 != "]" }
        listen = .tcp(host: bare.isEmpty ? "::" : bare, port: Int(port))
    }

    func shown(port: Int?) -> String {
        guard case .tcp(let bare, _) = listen, let port else { return host }
        return host.isEmpty ? "[\(bare)]:\(port)" : "\(host):\(port)"
    }
}
