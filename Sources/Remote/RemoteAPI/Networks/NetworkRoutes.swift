internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// The calls about networks, which came with 1.21.
let networkRoutes: [Route] = [
    Route("GET", "/networks") { call throws(EngineError) in try await listNetworks(call) },
    Route("GET", "/networks/") { call throws(EngineError) in try await listNetworks(call) },
    Route("GET", "/networks/{name}") { call throws(EngineError) in
        try checkAge(call)
        let scope = call.query["scope"] ?? ""
        let network = try await call.backend.inspectNetwork(call.name)
        guard scope.isEmpty || scope == network.scope else {
            throw EngineError(.notFound, "network \(call.name) not found")
        }
        return try call.json(network, adaptedBy: adaptNetwork)
    },
    Route("POST", "/networks/create", body: .action) { call throws(EngineError) in
        try checkAge(call)
        guard let body = try await call.jsonBody() else { throw Call.noBody }
        var request = try call.decode(NetworkCreateRequest.self, from: body)
        if !call.speaks(48) { request.enableIPv4 = nil }
        return try call.json(try await call.backend.createNetwork(request), status: 201)
    },
    Route("POST", "/networks/{name}/connect", body: .action) { call throws(EngineError) in
        try checkAge(call)
        guard let body = try await call.jsonBody() else { throw Call.noBody }
        var request = try call.decode(NetworkConnectRequest.self, from: body)
        if !call.speaks(44) { request.endpointConfig?.macAddress = "" }
        if !call.speaks(48) { request.endpointConfig?.gwPriority = 0 }
        try await call.backend.connectNetwork(call.name, request)
        return .empty
    },
    Route("POST", "/networks/{name}/disconnect", body: .action) { call throws(EngineError) in
        try checkAge(call)
        guard let body = try await call.jsonBody() else { throw Call.noBody }
        try await call.backend.disconnectNetwork(call.name, try call.decode(NetworkDisconnectRequest.self, from: body))
        return .empty
    },
    Route("POST", "/networks/prune", body: .action) { call throws(EngineError) in
        guard call.speaks(25) else { throw EngineError(.notFound, "page not found") }
        return try call.json(try await call.backend.pruneNetworks(try call.query.filters()))
    },
    Route("DELETE", "/networks/{name}", body: .action) { call throws(EngineError) in
        try checkAge(call)
        try await call.backend.removeNetwork(call.name)
        return .noContent
    },
]

private func checkAge(_ call: Call) throws(EngineError) {
    guard call.speaks(21) else { throw EngineError(.notFound, "page not found") }
}

private func listNetworks(_ call: Call) async throws(EngineError) -> Response {
    try checkAge(call)
    let networks = try await call.backend.listNetworks(
        try call.query.filters(), withContainers: !call.speaks(28))
    return try call.json(networks, adaptedBy: adaptNetwork)
}

/// A network for clients below today's.
private let adaptNetwork: Adapter = { network, call in
    if !call.speaks(48) { network.remove("EnableIPv4") }
}
