internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// The calls about images that are answered in one piece.
let imageRoutes: [Route] = [
    Route("GET", "/images/json") { call throws(EngineError) in try await listImages(call) },
    Route("GET", "/images/{name}/json") { call throws(EngineError) in
        // Manifests are what containerd's image store keeps; without it Docker's engine says none either.
        if call.speaks(48), call.query.bool("manifests"), try call.askedPlatform(since: 49) != nil {
            throw EngineError(
                .badParameter, "conflicting options: manifests and platform options cannot both be set")
        }
        try await call.checkPlatform(of: [call.name], since: 49)
        let image = try await call.backend.inspectImage(call.name)
        guard call.speaks(50) else { return try call.json(image, adaptedBy: adaptImageInspect) }
        guard var object = try call.tree(image).objectValue else { return try call.json(image) }
        adaptImageInspect(&object, call)
        object.change("Config") { $0 = imageConfigOnly($0) }
        return try call.json(object)
    },
    Route("GET", "/images/{name}/history") { call throws(EngineError) in
        try await call.checkPlatform(of: [call.name], since: 48)
        return try call.json(await call.backend.imageHistory(call.name), adaptedBy: adaptImageIDs)
    },
    Route("POST", "/images/{name}/tag") { call throws(EngineError) in
        guard let repository = call.query.text("repo") else {
            throw EngineError(.badParameter, "invalid reference format: repository name is empty")
        }
        try await call.backend.tagImage(
            call.name, repository: repository, tag: call.query["tag"] ?? "",
            force: call.speaks(24) || call.query.bool("force"))
        return Response(status: 201)
    },
    Route("POST", "/images/prune") { call throws(EngineError) in
        try call.json(await call.backend.pruneImages(try call.query.filters()))
    },
    Route("DELETE", "/images/{name}") { call throws(EngineError) in
        try await call.checkPlatform(of: [call.name], since: 50, "platforms")
        let removed = try await call.backend.removeImage(
            call.name, force: call.query.bool("force"), noPrune: call.query.bool("noprune"))
        return try call.json(removed, adaptedBy: adaptImageIDs)
    },
]

private func listImages(_ call: Call) async throws(EngineError) -> Response {
    var query = ImageQuery(filters: try call.query.filters())
    query.all = call.query.bool("all")
    query.sharedSize = call.speaks(42) && call.query.bool("shared-size")
    // A glob on the repository, which the filter `reference` replaced.
    if !call.speaks(41), let pattern = call.query.text("filter") {
        query.filters.values["reference", default: []].append(pattern)
    }
    return try call.json(await call.backend.listImages(query), adaptedBy: adaptImageSummary)
}
