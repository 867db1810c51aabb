internal import APIModel
internal import HTTPServer
internal import Primitives

/// The calls about building.
let buildRoutes: [Route] = [
    Route("POST", "/build", body: .action) { call throws(EngineError) in try await build(call) },
    Route("POST", "/build/cancel") { call throws(EngineError) in
        guard let id = call.query.text("id") else {
            throw EngineError(.badParameter, "build ID not provided")
        }
        try await call.backend.cancelBuild(id)
        return .empty
    },
    Route("POST", "/build/agent") { call throws(EngineError) in try await forwardAgent(call) },
    Route("GET", "/build/result") { call throws(EngineError) in
        let result = try await call.backend.buildResult(BuildResultRequest(call.query))
        await call.exchange.relay(status: 200, headers: call.headers("application/x-tar"), from: result)
        return nil
    },
    Route("POST", "/build/prune") { call throws(EngineError) in
        // `all` is read nowhere: see `BuildCachePrune`.
        var request = BuildCachePrune(filters: try call.query.filters())
        let reserved = try call.query.bytes("reserved-space")
        request.reserved = reserved == 0 ? try call.query.bytes("keep-storage") : reserved
        request.maximumUsed = try call.query.bytes("max-used-space")
        request.minimumFree = try call.query.bytes("min-free-space")
        return try call.json(await call.backend.pruneBuildCache(request))
    },
]

/// The answer comes when a command wants the agent: the connection speaks to its process from then on.
private func forwardAgent(_ call: Call) async throws(EngineError) -> Response? {
    guard let build = call.query.text("buildid"), let agent = call.query.text("id") else {
        throw EngineError(.badParameter, "a build's agent is named by buildid and id")
    }
    // Ends with the build, or with the client.
    let waiting = Task { [backend = call.backend] () async -> Result<ByteChannel, EngineError> in
        do throws(EngineError) { return .success(try await backend.agentConnection(build, agent: agent)) } catch {
            return .failure(error)
        }
    }
    call.exchange.whenClientLeaves { waiting.cancel() }
    let process = try await waiting.value.get()
    await call.takeOver(AttachSession(live: process, multiplexed: false), detach: nil, standing: [])
    return nil
}

private func build(_ call: Call) async throws(EngineError) -> Response? {
    let request = try BuildRequest(call.query, version: call.version) { call.exchange.request.header($0) }
    guard request.hasBody else {
        return try await call.withProgressStream { stream throws(EngineError) in
            try await build(request, nil, call.backend, stream)
        }
    }
    return try await call.withUploadStream { context, stream throws(EngineError) in
        try await build(request, context, call.backend, stream)
    }
}

extension BuildRequest {
    fileprivate var hasBody: Bool { remote == nil || contexts.contains { $0.source.isEmpty } }
}

private func build(
    _ request: BuildRequest, _ context: ByteChannel?, _ backend: any EngineBackend, _ stream: ProgressStream
) async throws(EngineError) {
    var request = request
    request.backlog = { stream.backlog }
    try await backend.buildImage(request, context: context) { stream.report($0) }
}

extension Query {
    /// 0 when absent or empty. Errors: `badParameter` for what is no size.
    fileprivate func bytes(_ name: String) throws(EngineError) -> Int64 {
        guard let text = text(name) else { return 0 }
        guard let size = Int64(text), size >= 0 else {
            throw EngineError(.badParameter, "\(name) is in bytes and expects an integer, got \(text)")
        }
        return size
    }
}
