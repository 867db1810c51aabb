internal import LinuxSystem
internal import OrderedJSON

/// All that the init needs, read by the shim before it clones, so that the child finds it in its own memory.
struct LaunchPlan {
    var config: SupervisorConfig
    var spec: OCISpec
    var process: OCIProcess
    /// `struct sock_filter` records; empty for none.
    var filter: [UInt8]
    /// The root file system, made before the clone; nil leaves that to the init.
    var rootLayers: [FDBox]?

    /// Reads the bundle, which is the working directory.
    static func load() throws(StartFailure) -> LaunchPlan {
        let config = SupervisorConfig(json: try json("shim.json"))
        let text = try json("config.json")
        var spec = OCISpec(json: text)
        // A kind that is not known here must not silently become the host's.
        guard spec.linux?.namespaces.count ?? 0 == text["linux"]?.array("namespaces").count ?? 0 else {
            throw StartFailure(.other, "config.json asks for a namespace of an unknown type")
        }
        guard var process = spec.process else { throw StartFailure(.other, "config.json has no process") }
        process.terminal = config.terminal
        if let path = config.networkNamespace { spec.linux?.replaceNetwork(path) }
        let filter = try doing("seccomp filter") { () throws(SystemError) -> [UInt8] in
            guard let file = config.seccompFile else { return [] }
            return try FD.open(at: RawPath(file), .readOnly).readAll(limit: 1 << 20)
        }
        return LaunchPlan(config: config, spec: spec, process: process, filter: filter)
    }

    static func json(_ file: String) throws(StartFailure) -> JSONValue {
        let bytes = try doing("") { () throws(SystemError) in
            try FD.open(at: RawPath(file), .readOnly).readAll(limit: 16 << 20)
        }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw StartFailure(.other, "\(file): \(error)")
        }
    }
}

extension LaunchPlan {
    var linux: OCILinux { spec.linux ?? OCILinux() }

    /// Namespaces to be made.
    var newNamespaces: Namespaces {
        linux.namespaces.reduce(into: []) { if $1.path.isEmpty { $0.formUnion($1.type.namespaces) } }
    }

    /// Namespaces to be joined, by path.
    var joinedNamespaces: [(kind: Namespaces, path: String)] {
        linux.namespaces.filter { !$0.path.isEmpty }.map { ($0.type.namespaces, $0.path) }
    }

    func has(_ kind: OCINamespace.Kind) -> Bool { linux.namespaces.contains { $0.type == kind } }
}

extension OCINamespace.Kind {
    var namespaces: Namespaces {
        switch self {
        case .pid: .pid
        case .network: .network
        case .mount: .mount
        case .ipc: .ipc
        case .uts: .uts
        case .user: .user
        case .cgroup: .cgroup
        case .time: .time
        }
    }
}

extension OCILinux {
    mutating func replaceNetwork(_ path: String) {
        namespaces.removeAll { $0.type == .network }
        namespaces.append(OCINamespace(.network, path: path))
    }
}
