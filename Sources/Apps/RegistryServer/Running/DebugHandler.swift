internal import HTTPServer
internal import OrderedJSON

/// The debug server: health and metrics, for operators alone.
struct DebugHandler: RequestHandler {
    let health: HealthChecks
    let metrics: RegistryMetrics
    let metricsPath: String?

    func immediate(_ request: Request) -> Response? {
        let path = request.target.prefix { $0 != "?" }
        guard request.method == "GET" || request.method == "HEAD" else {
            return Self.text("405 method not allowed\n", 405)
        }
        if path == "/debug/health" { return healthAnswer }
        if let metricsPath, path == metricsPath {
            return Response(
                status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                body: Array(metrics.text().utf8))
        }
        return Self.text("404 page not found\n", 404)
    }

    func handle(_ exchange: Exchange) async {}

    private var healthAnswer: Response {
        let problems = health.problems.sorted { $0.key < $1.key }
        let body = JSONValue.object(JSONObject(problems.map { ($0.key, .string($0.value)) }))
        return Response(
            status: problems.isEmpty ? 200 : 503, headers: [("Content-Type", "application/json; charset=utf-8")],
            body: body.serialized())
    }

    private static func text(_ text: String, _ status: Int) -> Response {
        Response(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
}
