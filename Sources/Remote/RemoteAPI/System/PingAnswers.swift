internal import APIModel
internal import HTTPServer

/// The answers to `/_ping`, made once.
struct PingAnswers: Sendable {
    let get: Response
    let head: Response

    init(_ standing: StandingHeaders) {
        let headers =
            [
                ("Cache-Control", "no-cache, no-store, must-revalidate"), ("Pragma", "no-cache"),
                ("Builder-Version", "1"), ("Swarm", "inactive"), Response.textType,
            ] + standing.fields
        get = Response(status: 200, headers: headers, body: Array("OK".utf8))
        head = Response(status: 200, headers: headers)
    }

    /// The version a ping names: nil inside for none, nil outside when the request is no ping.
    static func version(of request: Request) -> APIVersion?? {
        guard request.method == "GET" || request.method == "HEAD" else { return nil }
        let path = request.target.prefix { $0 != "?" }
        if path == "/_ping" { return .some(nil) }
        guard path.hasPrefix("/v"), path.hasSuffix("/_ping") else { return nil }
        guard let version = APIVersion(path.dropFirst(2).dropLast(6)) else { return nil }
        return .some(version)
    }
}
