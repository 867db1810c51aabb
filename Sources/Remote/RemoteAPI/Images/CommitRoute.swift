internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

let commitRoutes: [Route] = [
    Route("POST", "/commit", body: .action) { call throws(EngineError) in
        let query = call.query
        var request = CommitRequest(
            container: query["container"] ?? "", repository: query["repo"] ?? "", tag: query["tag"] ?? "")
        (request.comment, request.author) = (query["comment"] ?? "", query["author"] ?? "")
        request.changes = query.all("changes")
        // Nobody pauses by default below 1.13.
        request.pauses = query.text("pause") == nil ? call.speaks(13) : query.bool("pause")
        request.config = try await commitConfig(call)
        let id = try await call.backend.commit(request)
        return try call.json(JSONValue.object(["Id": .string(id)]), status: 201)
    }
]

/// The settings that the body has, if any; a container's, with `HostConfig` and the like beside them, will do.
private func commitConfig(_ call: Call) async throws(EngineError) -> ContainerConfig? {
    guard var body = try await call.jsonBody(), body != .null else { return nil }
    body.listify(["cmd", "entrypoint"], expandingJSON: !call.speaks(19))
    return try call.decode(ContainerConfig.self, from: body)
}
