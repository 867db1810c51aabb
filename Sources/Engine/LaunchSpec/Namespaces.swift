internal import APIModel
internal import OCIRuntime
internal import Primitives

/// Which namespaces are new, which are joined, and which are the host's.
enum NamespaceRules {
    static func check(_ hostConfig: HostConfig) throws(EngineError) {
        try require(hostConfig.ipcMode, among: ["", "host", "private", "shareable", "none"], "IPC")
        try require(hostConfig.pidMode, among: ["", "host"], "PID")
        guard ["", "host"].contains(hostConfig.utsMode) else {
            throw EngineError(.badParameter, "invalid UTS mode: \(hostConfig.utsMode)")
        }
        guard ["", "host", "private"].contains(hostConfig.cgroupnsMode) else {
            throw EngineError(.badParameter, "invalid cgroup namespace mode: \(hostConfig.cgroupnsMode)")
        }
        guard ["", "host"].contains(hostConfig.usernsMode) else {
            throw EngineError(.badParameter, "invalid user namespace mode: \(hostConfig.usernsMode)")
        }
    }

    private static func require(_ mode: String, among modes: [String], _ name: String) throws(EngineError) {
        if modes.contains(mode) || (mode.hasPrefix("container:") && mode != "container:") { return }
        throw EngineError(.badParameter, "invalid \(name) mode: \(mode)")
    }

    static func namespaces(_ hostConfig: HostConfig, joining joined: JoinedNamespaces) -> [OCINamespace] {
        var result = [OCINamespace(.mount)]
        if hostConfig.utsMode != "host" { result.append(joinedOrNew(.uts, joined.uts)) }
        if hostConfig.ipcMode != "host" { result.append(joinedOrNew(.ipc, joined.ipc)) }
        if hostConfig.pidMode != "host" { result.append(joinedOrNew(.pid, joined.pid)) }
        if hostConfig.networkMode != "host" { result.append(joinedOrNew(.network, joined.network)) }
        if hasPrivateCgroup(hostConfig) { result.append(OCINamespace(.cgroup)) }
        return result
    }

    private static func joinedOrNew(_ kind: OCINamespace.Kind, _ path: String?) -> OCINamespace {
        OCINamespace(kind, path: path ?? "")
    }

    static func hasPrivateCgroup(_ hostConfig: HostConfig) -> Bool {
        hostConfig.cgroupnsMode != "host" && !(hostConfig.privileged && hostConfig.cgroupnsMode.isEmpty)
    }
}

/// Paths of namespaces that belong to somebody else.
public struct JoinedNamespaces: Sendable, Equatable {
    public var network: String?
    public var ipc: String?
    public var pid: String?
    public var uts: String?

    public init(network: String? = nil, ipc: String? = nil, pid: String? = nil, uts: String? = nil) {
        self.network = network
        self.ipc = ipc
        self.pid = pid
        self.uts = uts
    }
}
