internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// The calls that reach out to registries, but for pull, which shares its path with import.
let registryRoutes: [Route] = [
    Route("POST", "/images/{name}/push", body: .action) { call throws(EngineError) in
        let request = ImagePush(
            name: call.name, tag: call.query["tag"] ?? "", format: try ManifestFormat.named(call.query["format"] ?? ""),
            authorization: call.authorization)
        let name = request.tag.isEmpty ? request.name : "\(request.name):\(request.tag)"
        try await call.checkPlatform(of: [name], since: 46)
        return try await call.withProgress { report throws(EngineError) in
            try await call.backend.pushImage(request, progress: report)
        }
    },
    Route("POST", "/auth", body: .action) { call throws(EngineError) in
        guard let body = try await call.jsonBody() else { throw Call.noBody }
        let authorization = try call.decode(RegistryAuthorization.self, from: body)
        let login = try await call.backend.checkAuthorization(authorization)
        // Before 1.23 there were no identity tokens.
        guard call.speaks(23) else { return try call.json(["Status": login.status]) }
        return try call.json(login)
    },
    Route("GET", "/images/search") { call throws(EngineError) in try await searchImages(call) },
    Route("GET", "/distribution/{name}/json") { call throws(EngineError) in
        try call.json(await call.backend.inspectDistribution(call.name, call.authorization))
    },
]

extension Call {
    /// Who wants something of a registry.
    var authorization: RegistryAuthorization? {
        RegistryAuthorization(header: exchange.request.header("x-registry-auth"))
    }
}
