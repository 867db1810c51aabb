internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// The calls about containers that are answered in one piece.
let containerRoutes: [Route] = [
    Route("GET", "/containers/json") { call throws(EngineError) in try await listContainers(call) },
    Route("GET", "/containers/ps") { call throws(EngineError) in
        guard !call.speaks(24) else { throw EngineError(.notFound, "page not found") }
        return try await listContainers(call)
    },
    Route("POST", "/containers/create", body: .action) { call throws(EngineError) in try await createContainer(call) },
    Route("GET", "/containers/{name}/json") { call throws(EngineError) in
        let container = try await call.backend.inspect(call.name, size: call.query.bool("size"))
        guard call.version == .current, let rendered = container.rendered else {
            return try call.json(container, adaptedBy: adaptInspect)
        }
        let body = try rendered.bytes { () throws(EngineError) in try call.json(container).body }
        return Response(status: 200, headers: [Response.jsonType], body: body)
    },
    Route("GET", "/containers/{name}/changes") { call throws(EngineError) in
        let changes = try await call.backend.changes(call.name)
        return try call.json(changes.isEmpty ? nil : changes)
    },
    Route("GET", "/containers/{name}/top") { call throws(EngineError) in
        try call.json(await call.backend.top(call.name, psArguments: call.query.text("ps_args") ?? "-ef"))
    },
    Route("POST", "/containers/{name}/start", body: .action) { call throws(EngineError) in
        try await startContainer(call)
    },
    Route("POST", "/containers/{name}/stop") { call throws(EngineError) in
        try await call.backend.stop(call.name, timeout: call.query.integer("t"), signal: call.stopSignal)
        return .noContent
    },
    Route("POST", "/containers/{name}/restart") { call throws(EngineError) in
        try await call.backend.restart(call.name, timeout: call.query.integer("t"), signal: call.stopSignal)
        return .noContent
    },
    Route("POST", "/containers/{name}/kill") { call throws(EngineError) in try await killContainer(call) },
    Route("POST", "/containers/{name}/rename") { call throws(EngineError) in
        try await call.backend.rename(call.name, to: call.query["name"] ?? "")
        return .noContent
    },
    Route("POST", "/containers/{name}/pause") { call throws(EngineError) in
        try await call.backend.pause(call.name)
        return .noContent
    },
    Route("POST", "/containers/{name}/unpause") { call throws(EngineError) in
        try await call.backend.unpause(call.name)
        return .noContent
    },
    Route("POST", "/containers/{name}/resize") { call throws(EngineError) in
        try await call.backend.resize(call.name, height: call.size("h", "height"), width: call.size("w", "width"))
        return .empty
    },
    Route("POST", "/containers/prune") { call throws(EngineError) in
        try call.json(await call.backend.pruneContainers(try call.query.filters()))
    },
    Route("DELETE", "/containers/{name}") { call throws(EngineError) in
        let query = call.query
        let options = RemoveOptions(force: query.bool("force"), volumes: query.bool("v"), link: query.bool("link"))
        try await call.backend.remove(call.name, options)
        return .noContent
    },
]

extension Call {
    /// `signal` of stop and restart, which older versions don't have.
    fileprivate var stopSignal: String? { speaks(42) ? query.text("signal") : nil }

    /// A side of a terminal.
    func size(_ parameter: String, _ noun: String) throws(EngineError) -> Int {
        let text = query[parameter] ?? ""
        guard let value = Int(text), (0...65535).contains(value) else {
            throw EngineError(.badParameter, "invalid resize \(noun) \"\(text)\"")
        }
        return value
    }
}

private func listContainers(_ call: Call) async throws(EngineError) -> Response {
    var query = ContainerQuery(filters: try call.query.filters())
    query.all = call.query.bool("all")
    query.size = call.query.bool("size")
    query.limit = try call.query.integer("limit") ?? 0
    query.since = call.query.text("since")
    query.before = call.query.text("before")
    return try call.json(await call.backend.list(query), adaptedBy: adaptSummary)
}

private func startContainer(_ call: Call) async throws(EngineError) -> Response {
    let request = call.exchange.request
    let length = Int(request.header("content-length") ?? "0") ?? 0
    let isChunked = request.header("transfer-encoding") != nil
    if call.speaks(24) {
        // `{}` and `null` are tolerated: no settings fit into seven bytes.
        guard !isChunked, length <= 7 else {
            throw EngineError(
                .badParameter,
                "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24")
        }
        guard (call.query["checkpoint"] ?? "").isEmpty else {
            throw EngineError(.notImplemented, "start from a checkpoint is not supported")
        }
        try await call.backend.start(call.name, hostConfig: nil)
    } else {
        try await call.backend.start(call.name, hostConfig: oldHostConfig(call, isPresent: isChunked || length > 0))
    }
    return .noContent
}

/// The body of start below 1.24: settings that replace the container's, at top level or inside `HostConfig`.
private func oldHostConfig(_ call: Call, isPresent: Bool) async throws(EngineError) -> HostConfig? {
    guard isPresent, let body = try await call.jsonBody() else { return nil }
    guard body != .null, body.objectValue?.isEmpty != true else { return nil }
    return try call.decode(HostConfig.self, from: body.member("HostConfig") ?? body)
}

private func killContainer(_ call: Call) async throws(EngineError) -> Response {
    do throws(EngineError) {
        try await call.backend.kill(call.name, signal: call.query.text("signal"))
    } catch {
        // Below 1.20 it was no error to kill what doesn't run.
        guard error.kind == .conflict, !call.speaks(20),
            try await !call.backend.inspect(call.name, size: false).state.running
        else { throw error }
    }
    return .noContent
}
