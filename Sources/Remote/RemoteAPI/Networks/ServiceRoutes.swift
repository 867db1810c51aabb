internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// `/services`: below 1.24 the services of 1.7's and 1.8's experimental builds, which swarm mode's took the place of.
let serviceRoutes: [Route] = [
    experimental("GET", "/services") { call throws(EngineError) in try call.json(try await listServices(call)) },
    experimental("POST", "/services", later: EngineError(.notFound, "page not found")) { call throws(EngineError) in
        guard let body = try await call.jsonBody() else { throw Call.noBody }
        let id = try await call.backend.publishService(try call.decode(ServicePublishRequest.self, from: body))
        return try call.json(id, status: 201)
    },
    experimental("GET", "/services/{name}/backend") { call throws(EngineError) in
        try call.json(try await call.backend.serviceBackends(call.name))
    },
    experimental("POST", "/services/{name}/backend", later: EngineError(.notFound, "page not found")) {
        call throws(EngineError) in
        guard let body = try await call.jsonBody() else { throw Call.noBody }
        let request = try call.decode(ServiceAttachRequest.self, from: body)
        return try call.json(try await call.backend.attachService(call.name, request))
    },
    experimental("GET", "/services/{name}") { call throws(EngineError) in
        try call.json(try await call.backend.inspectService(call.name))
    },
    experimental("DELETE", "/services/{name}") { call throws(EngineError) in
        // `ID/backend/CONTAINER`, as a name may hold slashes.
        let words = call.name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch words.count {
        case 1: try await call.backend.unpublishService(words[0])
        case 3 where words[1] == "backend": try await call.backend.detachService(words[0], container: words[2])
        default: throw EngineError(.notFound, "page not found")
        }
        return .empty
    },
]

/// `later`: what callers of today's versions are told.
private func experimental(
    _ method: String, _ pattern: String, later: EngineError = .notManager, _ action: @escaping Route.Action
) -> Route {
    Route(method, pattern, body: .action) { call throws(EngineError) in
        guard !call.speaks(24) else { throw later }
        return try await action(call)
    }
}

/// One filter at most: by network, by name, or by the beginning of the id.
private func listServices(_ call: Call) async throws(EngineError) -> [ServiceResource] {
    let filters = ["network", "name", "partial-id"].filter { call.query[$0] != nil }
    guard filters.count <= 1 else { throw EngineError(.badParameter, "Unsupported query") }
    let wanted = filters.first.flatMap { call.query[$0] } ?? ""
    return try await call.backend.listServices().filter { service in
        switch filters.first {
        case "network": service.network == wanted
        case "name": service.name == wanted
        case "partial-id": service.id.hasPrefix(wanted)
        default: true
        }
    }
}
