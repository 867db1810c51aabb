internal import OrderedJSON

/// One row of `ps`.
let adaptSummary: Adapter = { row, call in
    if !call.speaks(48) {
        row.change("NetworkSettings") { $0.change("Networks") { $0.changeEach { $1.remove("GwPriority") } } }
    }
    if !call.speaks(46) { row.change("HostConfig") { $0.remove("Annotations") } }
    if !call.speaks(44) {
        row.change("NetworkSettings") { $0.change("Networks") { $0.changeEach { $1.remove("DNSNames") } } }
    }
    if !call.speaks(23) { row.remove("State", "Mounts") }
    if !call.speaks(22) { row.remove("NetworkSettings") }
    if !call.speaks(21) { row.remove("ImageID") }
    if !call.speaks(20) { row.remove("HostConfig") }
    if !call.speaks(19), let image = row["Image"]?.stringValue { row["Image"] = .string(tagged(image)) }
}

/// 1.18 showed every name with its tag.
private func tagged(_ image: String) -> String {
    let last = image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let isID = image.utf8.count == 64 || image.hasPrefix("sha256:")
    return image.isEmpty || last.contains(":") || last.contains("@") || isID ? image : image + ":latest"
}

/// `inspect` of a container.
let adaptInspect: Adapter = { container, call in
    adaptNetworks(&container, call)
    if !call.speaks(25) { container.remove("Platform") }
    if !call.speaks(22) {
        container["Image"] = container["Image"]?.bareID
        container.fill("ExecDriver", "native-0.2")
        container.change("HostConfig") { $0["LxcConf"] = [] }
    }
    if !call.speaks(21) {
        container.remove("GraphDriver")
        container.change("State") { $0.remove("Status") }
    }
    if !call.speaks(20) { mountsAsVolumes(&container) }
    if !call.speaks(19) { limitsInConfig(&container) }
}

private func adaptNetworks(_ container: inout JSONObject, _ call: Call) {
    let id = container["Id"]?.stringValue ?? ""
    let hostname = container["Config"]?["Hostname"]?.stringValue ?? ""
    container.change("NetworkSettings") { settings in
        settings.change("Networks") { networks in
            networks.changeEach { name, endpoint in
                if !call.speaks(48) { endpoint.remove("GwPriority") }
                if !call.speaks(45), !["bridge", "host", "none", "default"].contains(name) {
                    addAliases(&endpoint, [String(id.prefix(12)), hostname])
                }
                if !call.speaks(44) { endpoint.remove("DNSNames") }
            }
        }
        if !call.speaks(21) { settings.remove("Networks", "SandboxID") }
        if !call.speaks(19) {
            settings.remove(
                "SandboxKey", "HairpinMode", "EndpointID", "SecondaryIPAddresses", "SecondaryIPv6Addresses")
            settings["PortMapping"] = .null
        }
    }
}

private func addAliases(_ endpoint: inout JSONObject, _ more: [String]) {
    var aliases = endpoint["Aliases"]?.arrayValue ?? []
    for alias in more where !alias.isEmpty && !aliases.contains(.string(alias)) { aliases.append(.string(alias)) }
    endpoint["Aliases"] = .array(aliases)
}

/// `Volumes` and `VolumesRW`, which `Mounts` replaced in 1.20.
private func mountsAsVolumes(_ container: inout JSONObject) {
    var volumes: JSONObject = [:]
    var writable: JSONObject = [:]
    for mount in container["Mounts"]?.arrayValue ?? [] {
        guard let destination = mount["Destination"]?.stringValue else { continue }
        volumes[destination] = mount["Source"] ?? ""
        writable[destination] = mount["RW"] ?? false
    }
    container.remove("Mounts")
    container["Volumes"] = .object(volumes)
    container["VolumesRW"] = .object(writable)
}

/// The limits stood in `Config` too.
private func limitsInConfig(_ container: inout JSONObject) {
    guard let host = container["HostConfig"]?.objectValue else { return }
    container.change("Config") { config in
        for (old, new) in [
            ("Memory", "Memory"), ("MemorySwap", "MemorySwap"), ("CpuShares", "CpuShares"), ("Cpuset", "CpusetCpus"),
        ] {
            config[old] = host[new] ?? (old == "Cpuset" ? "" : 0)
        }
    }
}
