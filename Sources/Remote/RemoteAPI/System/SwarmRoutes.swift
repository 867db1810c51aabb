internal import HTTPServer
internal import Primitives

/// The calls of swarm mode, on an engine that is in no swarm. Those that 1.7 had before are in `serviceRoutes`.
let swarmRoutes: [Route] =
    ["/swarm", "/swarm/unlockkey", "/nodes", "/tasks", "/secrets", "/configs"].map {
        notManager("GET", $0)
    }
    + ["/nodes/{name}", "/tasks/{name}", "/secrets/{name}", "/configs/{name}"].map {
        notManager("GET", $0)
    }
    + ["/nodes/{name}", "/secrets/{name}", "/configs/{name}"].map { notManager("DELETE", $0) }
    + [
        "/swarm/update", "/swarm/unlock", "/nodes/{name}/update", "/services/create", "/services/{name}/update",
        "/secrets/create", "/secrets/{name}/update", "/configs/create", "/configs/{name}/update",
    ].map { notManager("POST", $0) }
    + [
        Route("POST", "/swarm/leave", body: .action) { _ throws(EngineError) in
            throw EngineError(.unavailable, "This node is not part of a swarm")
        },
        Route("PUT", "/volumes/{name}", body: .action) { _ throws(EngineError) in
            throw EngineError(
                .unavailable, "volume update only valid for cluster volumes, but swarm is unavailable")
        },
    ]

extension EngineError {
    /// Docker's own text.
    static let notManager = EngineError(
        .unavailable,
        "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to "
            + "swarm and try again.")
}

private func notManager(_ method: String, _ pattern: String) -> Route {
    Route(method, pattern, body: .action) { _ throws(EngineError) in
        throw EngineError.notManager
    }
}
