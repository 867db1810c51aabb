internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// `type` may be given several times, from 1.42 on; without it everything is counted.
func diskUsage(_ call: Call) async throws(EngineError) -> Response {
    let names = call.speaks(42) ? call.query.all("type") : []
    let kinds = try names.map { name throws(EngineError) in
        guard let kind = DiskUsage.Kind(rawValue: name) else {
            throw EngineError(.badParameter, "unknown object type: \(name)")
        }
        return kind
    }
    let usage = try await call.backend.diskUsage(Set(kinds.isEmpty ? DiskUsage.Kind.allCases : kinds))
    guard var object = try call.tree(usage).objectValue else { return try call.json(usage) }
    object["Images"] = object["Images"]?.eachAdapted { adaptImageSummary(&$0, call) }
    object["Containers"] = object["Containers"]?.eachAdapted { adaptSummary(&$0, call) }
    if !call.speaks(42) { object["BuilderSize"] = 0 }
    return try call.json(object)
}

extension JSONValue {
    fileprivate func eachAdapted(_ change: (inout JSONObject) -> Void) -> JSONValue {
        guard let rows = arrayValue else { return self }
        return .array(
            rows.map { row in
                guard var object = row.objectValue else { return row }
                change(&object)
                return .object(object)
            })
    }
}
