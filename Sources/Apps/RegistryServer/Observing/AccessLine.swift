internal import HTTPServer
internal import Logging
internal import Primitives
internal import RegistryStorage

/// What is said about a request when it is over.
struct AccessLine: Sendable {
    let request: Request
    let client: String?
    var route: RegistryRoute?
    var actor: String?
    var status = 0
    var written: Int64 = 0
    var error: RegistryError?
    var duration = Duration.zero

    init(_ exchange: Exchange) {
        request = exchange.request
        client = exchange.client
    }

    /// Distribution's names for the fields.
    func log(to logger: Logger) {
        var fields: Logger.Metadata = [
            "http.request.method": "\(request.method)", "http.request.uri": "\(Self.bounded(request.target))",
            "http.request.remoteaddr": "\(client ?? "")", "http.request.host": "\(request.header("host") ?? "")",
            "http.request.useragent": "\(Self.bounded(request.header("user-agent") ?? ""))",
            "http.response.status": "\(status)", "http.response.written": "\(written)",
            "http.response.duration": "\(milliseconds)ms",
        ]
        if let name = route?.repository { fields["vars.name"] = "\(name)" }
        if let actor { fields["auth.user.name"] = "\(actor)" }
        guard let error else { return logger.info("response completed", metadata: fields) }
        fields["err.code"] = "\(error.code.rawValue)"
        fields["err.message"] = "\(error)"
        // A client's mistake is no trouble of ours.
        logger.log(level: status >= 500 ? .error : .info, "response completed with error", metadata: fields)
    }

    private var milliseconds: String {
        let microseconds = duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        let rest = String(microseconds % 1000)
        return "\(microseconds / 1000).\(String(repeating: "0", count: 3 - rest.utf8.count))\(rest)"
    }

    private static func bounded(_ text: String) -> String { String(text.prefix(1000)) }
}
