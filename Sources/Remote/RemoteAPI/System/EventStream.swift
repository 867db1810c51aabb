internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

func streamEvents(_ call: Call) async throws(EngineError) -> Response? {
    let query = EventQuery(
        since: try call.query.time("since"), until: try call.query.time("until"), filters: try call.query.filters())
    if let since = query.since, let until = query.until, until < since {
        throw EngineError(
            .badParameter,
            "`since` time (\(call.query["since"] ?? "")) cannot be after `until` time (\(call.query["until"] ?? ""))")
    }
    let events = try await call.backend.events(query)
    // Clients take the head as the sign that they are subscribed.
    let writer = call.exchange.stream(status: 200, headers: call.headers("application/json"))
    for await event in events {
        guard let bytes = encoded(event, for: call) else { continue }
        do throws(ExchangeError) { try await writer.write(bytes) } catch { break }
    }
    writer.finish()
    return nil
}

/// Below 1.22 there were events of containers and images only, in four fields; below 1.19 nothing stood between them.
private func encoded(_ event: EventMessage, for call: Call) -> [UInt8]? {
    guard !call.speaks(22) else {
        return (try? OrderedJSONEncoder(style: call.style).encode(event)).map { $0 + [UInt8(ascii: "\n")] }
    }
    guard let status = event.status, let id = event.id else { return nil }
    var object: JSONObject = ["status": .string(status), "id": JSONValue.string(id).bareID]
    if let from = event.from { object["from"] = .string(from) }
    object["time"] = .integer(event.time)
    return JSONValue.object(object).serialized(call.style) + (call.speaks(19) ? [UInt8(ascii: "\n")] : [])
}
