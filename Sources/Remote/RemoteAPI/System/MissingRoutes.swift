internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

/// Calls of Docker's API that this engine doesn't have: each says which.
let missingRoutes: [Route] =
    missing.map { method, pattern, what in
        // Bodies are left unread; the connection is closed after the answer if there is one.
        Route(method, pattern, body: .action) { _ throws(EngineError) in
            throw EngineError(.notImplemented, what + " not supported yet")
        }
    } + [
        Route("GET", "/plugins") { call throws(EngineError) in try call.json([String]()) },
        Route("GET", "/plugins/{name}/json") { call throws(EngineError) in
            throw EngineError(.notFound, "plugin \"\(call.name)\" not found")
        },
    ]

private let missing: [(method: String, pattern: String, what: String)] = [
    ("POST", "/containers/{name}/update", "update is"),
    ("GET", "/containers/{name}/attach/ws", "attach over a web socket is"),
    ("GET", "/containers/{name}/checkpoints", "checkpoints are"),
    ("POST", "/containers/{name}/checkpoints", "checkpoints are"),
    ("GET", "/volumes", "volumes are"),
    ("GET", "/volumes/{name}", "volumes are"),
    ("POST", "/volumes/create", "volumes are"),
    ("DELETE", "/volumes/{name}", "volumes are"),
    ("POST", "/plugins/pull", "plugins are"),
    ("POST", "/plugins/create", "plugins are"),
    ("POST", "/plugins/{name}/enable", "plugins are"),
    ("POST", "/plugins/{name}/disable", "plugins are"),
    ("POST", "/swarm/init", "swarm init is"),
    ("POST", "/swarm/join", "swarm join is"),
]
