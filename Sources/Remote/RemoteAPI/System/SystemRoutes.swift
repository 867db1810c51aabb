internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// The calls about the engine itself. `/_ping` is here for the versions that `PingAnswers` leaves to be refused.
let systemRoutes: [Route] = [
    Route("GET", "/info") { call throws(EngineError) in
        var info = try await call.backend.info()
        if call.speaks(19) { info.initPath = nil }
        return try call.json(info, adaptedBy: adaptInfo)
    },
    Route("GET", "/version") { call throws(EngineError) in
        try call.json(await call.backend.version(), adaptedBy: adaptVersion)
    },
    Route("GET", "/events") { call throws(EngineError) in try await streamEvents(call) },
    Route("GET", "/system/df") { call throws(EngineError) in try await diskUsage(call) },
    Route("GET", "/system/check") { call throws(EngineError) in try await checkStore(call) },
    Route("GET", "/images/viz") { _ throws(EngineError) in
        throw EngineError(.notFound, "This is now implemented in the client.")
    },
]
