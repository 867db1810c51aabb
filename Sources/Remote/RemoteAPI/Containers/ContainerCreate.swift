internal import APIModel
internal import HTTPServer
internal import OrderedJSON
internal import Primitives

func createContainer(_ call: Call) async throws(EngineError) -> Response {
    guard var body = try await call.jsonBody() else { throw Call.noBody }
    if let platform = call.query.text("platform"), call.speaks(41) { try checkPlatform(platform) }
    body.listify(["cmd", "entrypoint"], expandingJSON: !call.speaks(19))
    var request = try call.decode(ContainerCreateRequest.self, from: body)
    if body.member("HostConfig") == nil, !call.speaks(24) {
        request.hostConfig = try call.decode(HostConfig.self, from: body)
    }
    try readOldLimits(body, into: &request.hostConfig, call)
    try adapt(&request, to: call)
    let name = call.query.text("name")
    let created = try await call.backend.create(name: name, request)
    // Below 1.24 no warnings were `null`.
    guard call.speaks(24) || !created.warnings.isEmpty else {
        return try call.json(JSONValue.object(["Id": .string(created.id), "Warnings": .null]), status: 201)
    }
    return try call.json(created, status: 201)
}

private func checkPlatform(_ text: String) throws(EngineError) {
    let platform = try Platform(parsing: text)
    guard platform.os == Platform.host.os, platform.architecture == Platform.host.architecture else {
        throw EngineError(.notImplemented, "platform \(platform) is not supported: this engine runs \(Platform.host)")
    }
}

/// The limits that stood beside the image's settings before `HostConfig` had them.
private func readOldLimits(_ body: JSONValue, into config: inout HostConfig, _ call: Call) throws(EngineError) {
    struct Old: Decodable {
        var memory: Int64?
        var memorySwap: Int64?
        var cpuShares: Int64?
        var cpuset: String?

        enum CodingKeys: String, CodingKey {
            case memory = "Memory"
            case memorySwap = "MemorySwap"
            case cpuShares = "CpuShares"
            case cpuset = "Cpuset"
        }
    }
    let old = try call.decode(Old.self, from: body)
    if config.memory == 0 { config.memory = old.memory ?? 0 }
    if config.memorySwap == 0 { config.memorySwap = old.memorySwap ?? 0 }
    if config.cpuShares == 0 { config.cpuShares = old.cpuShares ?? 0 }
    if config.cpusetCpus.isEmpty { config.cpusetCpus = old.cpuset ?? "" }
}

/// What a caller of an older version meant by what it sent, and what it could not have meant.
private func adapt(_ request: inout ContainerCreateRequest, to call: Call) throws(EngineError) {
    renameDefaultNetwork(&request)
    try checkEndpointCount(request, call)
    if !call.speaks(19), request.hostConfig.cpuShares > 0 {
        request.hostConfig.cpuShares = min(max(request.hostConfig.cpuShares, 2), 262_144)
    }
    // The client removes the container itself.
    if !call.speaks(25) { request.hostConfig.autoRemove = false }
    if !call.speaks(40), request.hostConfig.ipcMode.isEmpty { request.hostConfig.ipcMode = "shareable" }
    if !call.speaks(42) { request.hostConfig.consoleSize = nil }
    if !call.speaks(43) { request.hostConfig.annotations = [:] }
    if !call.speaks(44) { request.config.healthcheck.startInterval = 0 }
    for index in request.hostConfig.mounts.indices { try adaptMount(&request.hostConfig.mounts[index], call) }
}

/// The client's word for the default network.
private func renameDefaultNetwork(_ request: inout ContainerCreateRequest) {
    guard let settings = request.networkingConfig?.endpointsConfig?.removeValue(forKey: "default") else { return }
    if request.networkingConfig?.endpointsConfig?["bridge"] == nil {
        request.networkingConfig?.endpointsConfig?["bridge"] = settings
    }
}

private func checkEndpointCount(_ request: ContainerCreateRequest, _ call: Call) throws(EngineError) {
    let networks = request.networkingConfig?.endpointsConfig?.keys.sorted() ?? []
    guard !call.speaks(44), networks.count > 1 else { return }
    throw EngineError(
        .badParameter,
        "Container cannot be created with multiple network endpoints: \(networks.joined(separator: ", "))")
}

private func adaptMount(_ mount: inout MountRequest, _ call: Call) throws(EngineError) {
    if !call.speaks(40) { mount.bindOptions?.nonRecursive = false }
    if !call.speaks(42) { mount.bindOptions?.createMountpoint = false }
    if !call.speaks(44), mount.type == "bind", mount.readOnly {
        var options = mount.bindOptions ?? MountRequest.BindOptions()
        options.readOnlyNonRecursive = true
        mount.bindOptions = options
    }
    if !call.speaks(45), let subpath = mount.volumeOptions?.subpath, !subpath.isEmpty {
        throw EngineError(.badParameter, "VolumeOptions.Subpath needs API v1.45 or newer")
    }
    if !call.speaks(46) { mount.tmpfsOptions?.options = [] }
    if !call.speaks(48), mount.type == "image" {
        throw EngineError(.badParameter, "mounts of type image need API v1.48 or newer")
    }
}
