internal import APIModel
internal import HTTPServer
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// The calls that copy files out of containers and into them.
let containerArchiveRoutes: [Route] = [
    Route("HEAD", "/containers/{name}/archive") { call throws(EngineError) in
        let stat = try await call.backend.pathStat(call.name, call.archivePath())
        return Response(status: 200, headers: [try call.header(stat)])
    },
    Route("GET", "/containers/{name}/archive") { call throws(EngineError) in
        try await sendArchive(call, call.archivePath(), followsLink: false)
    },
    Route("PUT", "/containers/{name}/archive", body: .action) { call throws(EngineError) in
        try await receiveArchive(call)
    },
    Route("POST", "/containers/{name}/copy", body: .action) { call throws(EngineError) in try await copyFile(call) },
]

extension Call {
    /// Since 1.20.
    fileprivate func archivePath() throws(EngineError) -> String {
        guard speaks(20) else { throw EngineError(.notFound, "page not found") }
        // Docker's wording.
        guard let path = query.text("path") else {
            throw EngineError(.badParameter, "bad parameter: pathcannot be empty")
        }
        return path
    }

    fileprivate func header(_ stat: ContainerPathStat) throws(EngineError) -> (String, String) {
        do {
            return (ContainerPathStat.header, Base64.encode(try OrderedJSONEncoder(style: style).encode(stat)))
        } catch {
            throw EngineError(.internal, "the answer can't be encoded", cause: error)
        }
    }
}

private func sendArchive(
    _ call: Call, _ path: String, followsLink: Bool
) async throws(EngineError) -> Response? {
    let (stat, archive) = try await call.backend.readArchive(call.name, path, followsLink: followsLink)
    let headers = call.headers("application/x-tar") + [try call.header(stat)]
    await call.exchange.relay(status: 200, headers: headers, from: archive)
    return nil
}

private func receiveArchive(_ call: Call) async throws(EngineError) -> Response? {
    let options = ExtractOptions(
        path: try call.archivePath(), keepsKinds: call.query.bool("noOverwriteDirNonDir"),
        ownedByUser: call.speaks(30) && call.query.bool("copyUIDGID"))
    let (near, far) = try StreamPair.make()
    let exchange = call.exchange
    // Ends with the body, or when the reader has closed its end.
    let upload = Task {
        await exchange.pumpBody(into: near) { far.markCut(because: "unexpected EOF: the archive ended early") }
    }
    defer { upload.cancel() }
    try await call.backend.extract(far, into: call.name, options)
    return .empty
}

/// Below 1.24: `{"Resource": path}`, whose last link is followed.
private func copyFile(_ call: Call) async throws(EngineError) -> Response? {
    guard !call.speaks(24) else { throw EngineError(.notFound, "page not found") }
    let path = try await call.jsonBody()?.member("Resource")?.stringValue ?? ""
    guard !path.isEmpty else { throw EngineError(.badParameter, "Path cannot be empty") }
    do throws(EngineError) {
        return try await sendArchive(call, path, followsLink: true)
    } catch {
        guard error.kind == .notFound, error.message.hasPrefix("Could not find"), !call.speaks(20) else { throw error }
        // Docker 1.6 and 1.7 had no other status for it.
        throw EngineError(.internal, error.message, cause: error)
    }
}
