internal import OrderedJSON

/// Fields of `/info` and the version that brought them.
private let infoFields: [(minor: Int, keys: [String])] = [
    (50, ["DiscoveredDevices"]), (49, ["FirewallBackend"]), (46, ["Containerd"]), (44, ["CDISpecDirs"]),
    (41, ["CgroupVersion"]), (40, ["PidsLimit"]), (39, ["Warnings"]),
    (25, ["Isolation", "LiveRestoreEnabled", "Runtimes", "DefaultRuntime", "InitBinary"]),
    (25, ["ContainerdCommit", "RuncCommit", "InitCommit"]), (24, ["SecurityOptions", "Swarm"]),
    (23, ["CgroupDriver"]), (22, ["ContainersRunning", "ContainersPaused", "ContainersStopped"]),
    (22, ["OSType", "Architecture", "Plugins", "OSVersion", "GenericResources"]),
    (21, ["ServerVersion", "CPUShares", "CPUSet"]),
    (19, ["CpuCfsPeriod", "CpuCfsQuota", "OomKillDisable", "LoggingDriver", "ExperimentalBuild"]),
]

let adaptInfo: Adapter = { info, call in
    for field in infoFields where !call.speaks(field.minor) {
        for key in field.keys { info[key] = nil }
    }
    if !call.speaks(50) {
        info["BridgeNfIptables"] = false
        info["BridgeNfIp6tables"] = false
    }
    if !call.speaks(49) {
        for key in ["ContainerdCommit", "RuncCommit", "InitCommit"] {
            info.change(key) { $0["Expected"] = $0["ID"] ?? "" }
        }
    }
    if call.speaks(24), !call.speaks(25) { info["SecurityOptions"] = .array(securityNames(info["SecurityOptions"])) }
    if !call.speaks(24) { info["ExecutionDriver"] = "native-0.2" }
    if !call.speaks(19) { infoOf18(&info) }
}

/// `name=seccomp,profile=builtin` was `seccomp`.
private func securityNames(_ options: JSONValue?) -> [JSONValue] {
    (options?.arrayValue ?? []).compactMap { option in
        let name = option.stringValue?.split(separator: ",").first { $0.hasPrefix("name=") }
        return name.map { .string(String($0.dropFirst(5))) }
    }
}

/// Truth was a number, and proxies were shown only when there were any.
private func infoOf18(_ info: inout JSONObject) {
    for key in ["MemoryLimit", "SwapLimit", "IPv4Forwarding", "Debug"] {
        info[key] = info[key]?.boolValue == true ? 1 : 0
    }
    for key in ["HttpProxy", "HttpsProxy", "NoProxy"] where info[key] == "" { info[key] = nil }
    info["InitSha1"] = ""
}

let adaptVersion: Adapter = { version, call in
    if !call.speaks(35) { version.remove("Platform", "Components") }
}
