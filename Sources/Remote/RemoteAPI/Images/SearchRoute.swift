internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

func searchImages(_ call: Call) async throws(EngineError) -> Response {
    var request = ImageSearch(term: call.query["term"] ?? "", authorization: call.authorization)
    // From 1.24 on; below, registries' own limit was the only one.
    if call.speaks(24) {
        request.filters = try call.query.filters()
        if let limit = try call.query.integer("limit") { request.limit = limit }
    }
    return try call.json(await call.backend.searchImages(request)) { row, call in
        if !call.speaks(19) { row["is_trusted"] = row["is_automated"] ?? false }
    }
}
