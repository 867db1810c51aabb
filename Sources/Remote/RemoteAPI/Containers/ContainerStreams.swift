internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// The calls about containers that stream or take the connection over.
let containerStreamRoutes: [Route] = [
    Route("POST", "/containers/{name}/attach") { call throws(EngineError) in try await attachContainer(call) },
    Route("GET", "/containers/{name}/logs") { call throws(EngineError) in try await containerLogs(call) },
    Route("GET", "/containers/{name}/export") { call throws(EngineError) in
        let archive = try await call.backend.export(call.name)
        await call.exchange.relay(status: 200, headers: call.headers("application/octet-stream"), from: archive)
        return nil
    },
    Route("GET", "/containers/{name}/stats") { call throws(EngineError) in try await containerStats(call) },
    Route("POST", "/containers/{name}/wait") { call throws(EngineError) in try await waitForContainer(call) },
]

private func attachContainer(_ call: Call) async throws(EngineError) -> Response? {
    let query = call.query
    let keys = query.text("detachKeys")
    let session: AttachSession
    let detach: DetachKeys
    do throws(EngineError) {
        detach = try DetachKeys(keys)
        session = try await call.backend.attach(
            call.name,
            AttachOptions(
                stdin: query.bool("stdin"), stdout: query.bool("stdout"), stderr: query.bool("stderr"),
                logs: query.bool("logs"), stream: query.bool("stream"), detachKeys: keys))
    } catch {
        // Attach clients expect text, whatever version they speak.
        return Response(
            status: error.kind.httpStatus,
            headers: [("Content-Type", StreamType.raw), ("Connection", "close")],
            body: Array("\(error.message)\r\n".utf8))
    }
    await call.takeOver(session, detach: query.bool("stdin") ? detach : nil, standing: [])
    return nil
}

private func containerLogs(_ call: Call) async throws(EngineError) -> Response? {
    let query = call.query
    var options = LogOptions()
    options.stdout = query.bool("stdout")
    options.stderr = query.bool("stderr")
    guard options.stdout || options.stderr else {
        throw EngineError(.badParameter, "Bad parameters: you must choose at least one stream")
    }
    if call.speaks(23), query.bool("details") {
        throw EngineError(.notImplemented, "log details are not supported yet")
    }
    options.follow = query.bool("follow")
    options.timestamps = query.bool("timestamps")
    options.tail = query.text("tail").flatMap(Int.init).flatMap { $0 < 0 ? nil : $0 }
    // 0 is no bound.
    options.since = try query.time("since").flatMap { $0 == 0 ? nil : $0 }
    options.until = call.speaks(35) ? try query.time("until").flatMap { $0 == 0 ? nil : $0 } : nil
    let session = try await call.backend.logs(call.name, options)
    let type = call.speaks(42) && session.multiplexed ? StreamType.multiplexed : StreamType.raw
    await call.exchange.relay(status: 200, headers: call.headers(type), from: session.output)
    return nil
}

private func waitForContainer(_ call: Call) async throws(EngineError) -> Response? {
    guard call.speaks(30) else {
        return try call.json(try await call.backend.wait(call.name, until: .notRunning).value())
    }
    let text = call.query.text("condition") ?? WaitCondition.notRunning.rawValue
    guard let condition = WaitCondition(rawValue: text) else {
        throw EngineError(.badParameter, "invalid condition: \"\(text)\"")
    }
    let pending = try await call.backend.wait(call.name, until: condition)
    // The head tells the client that the wait is registered: only then does it start the container.
    let writer = call.exchange.stream(status: 200, headers: call.headers("application/json"))
    do throws(EngineError) {
        var outcome = try await pending.value()
        if !call.speaks(34) { outcome.error = nil }
        writer.post(try call.json(outcome).body)
    } catch {
        if call.speaks(34),
            let failed = try? call.json(ContainerWaited(statusCode: -1, error: .init(message: error.message)))
        {
            writer.post(failed.body)
        }
    }
    writer.finish()
    return nil
}
