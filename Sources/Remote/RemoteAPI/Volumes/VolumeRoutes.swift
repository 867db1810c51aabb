internal import APIModel
internal import HTTPServer
internal import Primitives

/// The calls about volumes.
let volumeRoutes: [Route] = [
    Route("POST", "/volumes/prune") { call throws(EngineError) in
        var filters = try call.query.filters()
        // Before, a prune took named ones too.
        if !call.speaks(42) { filters.values["all"] = ["true"] }
        return try call.json(await call.backend.pruneVolumes(filters))
    }
]
