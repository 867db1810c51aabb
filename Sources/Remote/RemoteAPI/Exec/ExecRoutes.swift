internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// The calls about processes that join a running container.
let execRoutes: [Route] = [
    Route("POST", "/containers/{name}/exec", body: .action) { call throws(EngineError) in try await createExec(call) },
    Route("POST", "/exec/{name}/start", body: .action) { call throws(EngineError) in try await startExec(call) },
    Route("POST", "/exec/{name}/resize") { call throws(EngineError) in
        try await call.backend.resizeExec(call.name, height: call.size("h", "height"), width: call.size("w", "width"))
        return .empty
    },
    Route("GET", "/exec/{name}/json") { call throws(EngineError) in try await inspectExec(call) },
]

private func createExec(_ call: Call) async throws(EngineError) -> Response {
    guard var body = try await call.jsonBody(checksType: call.speaks(24)) else { throw Call.noBody }
    body.listify(["cmd"], expandingJSON: !call.speaks(19))
    var request = try call.decode(ExecCreateRequest.self, from: body)
    guard request.cmd?.isEmpty == false else { throw EngineError(.badParameter, "No exec command specified") }
    if !call.speaks(42) { request.consoleSize = nil }
    if !call.speaks(35) { request.workingDir = "" }
    if !call.speaks(25) { request.env = nil }
    if !call.speaks(19) {
        request.user = ""
        request.privileged = false
    }
    return try call.json(try await call.backend.createExec(call.name, request), status: 201)
}

private func startExec(_ call: Call) async throws(EngineError) -> Response? {
    let body = try await call.jsonBody(checksType: call.speaks(24))
    var request =
        try body.map { body throws(EngineError) in try call.decode(ExecStartRequest.self, from: body) }
        ?? ExecStartRequest()
    if !call.speaks(42) || !request.tty { request.consoleSize = nil }
    let detach = request.detach || !request.tty ? nil : try await detachKeys(call)
    guard let session = try await call.backend.startExec(call.name, request) else {
        return call.speaks(22) ? .empty : .noContent
    }
    await call.takeOver(session, detach: detach, standing: call.standing.fields)
    return nil
}

/// The keys were given when the exec was made.
private func detachKeys(_ call: Call) async throws(EngineError) -> DetachKeys {
    let text = try await call.backend.inspectExec(call.name).detachKeys
    return try DetachKeys(text.isEmpty ? nil : text)
}

private func inspectExec(_ call: Call) async throws(EngineError) -> Response {
    let exec = try await call.backend.inspectExec(call.name)
    guard !call.speaks(25) else { return try call.json(exec) }
    var tree = try call.tree(exec)
    tree["Pid"] = nil
    guard !call.speaks(22) else { return try call.json(tree) }
    // The whole container stood where its id stands now.
    let container = try await call.backend.inspect(exec.containerID, size: false)
    for key in ["ContainerID", "CanRemove", "DetachKeys"] { tree[key] = nil }
    if exec.exitCode == nil { tree["ExitCode"] = 0 }
    guard var object = try call.tree(container).objectValue else { return try call.json(tree) }
    adaptInspect(&object, call)
    tree["Container"] = .object(object)
    return try call.json(tree)
}
