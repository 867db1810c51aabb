internal import APIModel
internal import HTTPServer
internal import HostSystem
internal import OrderedJSON
internal import Primitives

/// The calls that move images in and out.
let imageTransferRoutes: [Route] = [
    Route("POST", "/images/create", body: .action) { call throws(EngineError) in try await createImage(call) },
    Route("POST", "/images/load", body: .action) { call throws(EngineError) in try await loadImages(call) },
    Route("GET", "/images/get") { call throws(EngineError) in
        try await saveImages(call, call.query.all("names").filter { !$0.isEmpty })
    },
    Route("GET", "/images/{name}/get") { call throws(EngineError) in try await saveImages(call, [call.name]) },
]

private func createImage(_ call: Call) async throws(EngineError) -> Response? {
    if call.query.text("fromImage") != nil { return try await pullImage(call) }
    guard let source = call.query.text("fromSrc") else {
        throw EngineError(.badParameter, "one of fromImage and fromSrc is needed")
    }
    return try await importImage(call, source)
}

private func pullImage(_ call: Call) async throws(EngineError) -> Response? {
    let query = call.query
    var name = query["fromImage"] ?? ""
    while name.hasSuffix(":") { name.removeLast() }
    let request = ImagePull(
        name: name, tag: query["tag"] ?? "", platform: call.speaks(32) ? query["platform"] ?? "" : "",
        authorization: call.authorization)
    return try await call.withProgress { report throws(EngineError) in
        try await call.backend.pullImage(request, progress: report)
    }
}

private func importImage(_ call: Call, _ source: String) async throws(EngineError) -> Response? {
    let query = call.query
    let request = ImageImport(
        source: .url(source.contains("://") ? source : "http://" + source), repository: query["repo"] ?? "",
        tag: query["tag"] ?? "", message: query["message"] ?? "", changes: query.all("changes"),
        platform: call.speaks(32) ? query["platform"] ?? "" : "")
    guard source == "-" else {
        return try await call.withProgress { report throws(EngineError) in
            try await call.backend.importImage(request, progress: report)
        }
    }
    return try await call.withUpload { archive, report throws(EngineError) in
        var request = request
        request.source = .body(archive)
        try await call.backend.importImage(request, progress: report)
    }
}

private func loadImages(_ call: Call) async throws(EngineError) -> Response? {
    let platform = try call.askedPlatform(since: 48)
    let quiet = call.query.bool("quiet", default: true)
    return try await call.withUpload(early: call.speaks(23)) { archive, report throws(EngineError) in
        try await call.backend.loadImages(
            from: archive, for: platform, quiet: quiet, progress: call.speaks(23) ? report : unreported)
    }
}

/// Below 1.23 the answer to load was empty.
private let unreported: ProgressReport = { _ in }

private func saveImages(_ call: Call, _ names: [String]) async throws(EngineError) -> Response? {
    guard !names.isEmpty else { throw EngineError(.badParameter, "no image was named") }
    try await call.checkPlatform(of: names, since: 48)
    let archive = try await call.backend.saveImages(names)
    await call.exchange.relay(status: 200, headers: call.headers("application/x-tar"), from: archive)
    return nil
}

extension Call {
    /// Runs a call that reads the request's body as an archive while the client still sends it.
    fileprivate func withUpload(
        early: Bool = false, _ work: @Sendable (ByteChannel, @escaping ProgressReport) async throws(EngineError) -> Void
    ) async throws(EngineError) -> Response? {
        try await withUploadStream(early: early) { archive, stream throws(EngineError) in
            try await work(archive) { stream.report($0) }
        }
    }

    /// The same for those who have to know how much of the answer the client has taken.
    func withUploadStream(
        early: Bool = false, _ work: @Sendable (ByteChannel, ProgressStream) async throws(EngineError) -> Void
    ) async throws(EngineError) -> Response? {
        let (near, far) = try StreamPair.make()
        let exchange = exchange
        // Ends with the body, or when the reader has closed its end.
        let upload = Task {
            await exchange.pumpBody(into: near) { far.markCut(because: "unexpected EOF: the archive ended early") }
        }
        defer { upload.cancel() }
        return try await withProgressStream(early: early) { stream throws(EngineError) in try await work(far, stream) }
    }
}
