internal import OrderedJSON
internal import Primitives

/// The bundle's files, read by hand.
///
/// `Codable` would do the same, but its first use in a process looks up a few hundred conformances: 1.2 ms, in a
/// program whose whole start takes one. What the shim does not use is not read; what has the wrong type counts as absent,
/// the daemon having written these files from the same structures.
extension JSONValue {
    func string(_ key: String) -> String { self[key]?.stringValue ?? "" }
    func bool(_ key: String) -> Bool { self[key]?.boolValue ?? false }
    func array(_ key: String) -> [JSONValue] { self[key]?.arrayValue ?? [] }
    func strings(_ key: String) -> [String] { array(key).compactMap(\.stringValue) }
    func integer<Value: FixedWidthInteger>(_ key: String) -> Value? {
        switch self[key] {
        case .integer(let value): Value(exactly: value)
        case .unsigned(let value): Value(exactly: value)
        default: nil
        }
    }
    func table(_ key: String) -> [String: String] {
        var result: [String: String] = [:]
        for (key, value) in self[key]?.objectValue?.entries ?? [] { result[key] = value.stringValue }
        return result
    }
}

extension SupervisorConfig {
    init(json: JSONValue) {
        self.init(containerID: json.string("containerID"))
        rootMounts = json.array("rootMounts").map {
            Mount(type: $0.string("type"), source: $0.string("source"), options: $0.strings("options"))
        }
        if let log = json["log"] { self.log = Log(json: log) }
        terminal = json.bool("terminal")
        openStdin = json.bool("openStdin")
        stdinOnce = json.bool("stdinOnce")
        user = json["user"]?.stringValue
        additionalGroups = json.strings("additionalGroups")
        cgroupPath = json.string("cgroupPath")
        networkNamespace = json["networkNamespace"]?.stringValue
        createWorkingDirectory = json["createWorkingDirectory"]?.boolValue ?? true
        createEnvironmentFile = json.bool("createEnvironmentFile")
        seccompFile = json["seccompFile"]?.stringValue
        exitPath = json["exitPath"]?.stringValue ?? "exit.json"
    }
}

extension SupervisorConfig.Log {
    init(json: JSONValue) {
        self.init(
            driver: Driver(rawValue: json.string("driver")) ?? .none, path: json.string("path"),
            maxSize: json.integer("maxSize") ?? 0, maxFile: json.integer("maxFile") ?? 1,
            attributes: json.table("attributes"))
    }
}

extension OCISpec {
    init(json: JSONValue) {
        self.init(
            process: json["process"].map(OCIProcess.init(json:)),
            root: json["root"].map { OCIRoot(path: $0.string("path"), readonly: $0.bool("readonly")) },
            hostname: json.string("hostname"), domainname: json.string("domainname"),
            mounts: json.array("mounts").map(OCIMount.init(json:)), linux: json["linux"].map(OCILinux.init(json:)))
    }
}

extension OCIMount {
    init(json: JSONValue) {
        self.init(
            destination: json.string("destination"), type: json.string("type"), source: json.string("source"),
            options: json.strings("options"))
    }
}

extension OCIProcess {
    init(json: JSONValue) {
        self.init(
            terminal: json.bool("terminal"), consoleSize: json["consoleSize"].flatMap(OCIConsoleSize.init(json:)),
            user: OCIUser(json: json["user"] ?? .null), args: json.strings("args"), env: json.strings("env"),
            cwd: json.string("cwd"), capabilities: json["capabilities"].map(OCICapabilities.init(json:)),
            rlimits: json.array("rlimits").compactMap(OCIResourceLimit.init(json:)),
            noNewPrivileges: json.bool("noNewPrivileges"), apparmorProfile: json.string("apparmorProfile"),
            oomScoreAdj: json.integer("oomScoreAdj"), selinuxLabel: json.string("selinuxLabel"))
    }
}

extension OCIConsoleSize {
    init?(json: JSONValue) {
        guard let height: UInt = json.integer("height"), let width: UInt = json.integer("width") else { return nil }
        self.init(height: height, width: width)
    }
}

extension OCIUser {
    init(json: JSONValue) {
        self.init(
            uid: json.integer("uid") ?? 0, gid: json.integer("gid") ?? 0, umask: json.integer("umask"),
            additionalGids: json.array("additionalGids").compactMap { $0.integerValue.flatMap(UInt32.init(exactly:)) })
    }
}

extension OCICapabilities {
    init(json: JSONValue) {
        self.init(
            bounding: json.strings("bounding"), effective: json.strings("effective"),
            inheritable: json.strings("inheritable"), permitted: json.strings("permitted"),
            ambient: json.strings("ambient"))
    }
}

extension OCIResourceLimit {
    init?(json: JSONValue) {
        guard let hard: UInt64 = json.integer("hard"), let soft: UInt64 = json.integer("soft") else { return nil }
        self.init(type: json.string("type"), hard: hard, soft: soft)
    }
}

extension OCILinux {
    init(json: JSONValue) {
        self.init(
            uidMappings: json.array("uidMappings").compactMap(OCIIDMapping.init(json:)),
            gidMappings: json.array("gidMappings").compactMap(OCIIDMapping.init(json:)), sysctl: json.table("sysctl"),
            resources: json["resources"].map(OCIResources.init(json:)), cgroupsPath: json.string("cgroupsPath"),
            namespaces: json.array("namespaces").compactMap(OCINamespace.init(json:)),
            devices: json.array("devices").map(OCIDevice.init(json:)),
            rootfsPropagation: json.string("rootfsPropagation"), maskedPaths: json.strings("maskedPaths"),
            readonlyPaths: json.strings("readonlyPaths"), mountLabel: json.string("mountLabel"))
    }
}

extension OCIIDMapping {
    init?(json: JSONValue) {
        guard let container: UInt32 = json.integer("containerID"), let host: UInt32 = json.integer("hostID"),
            let size: UInt32 = json.integer("size")
        else { return nil }
        self.init(containerID: container, hostID: host, size: size)
    }
}

extension OCINamespace {
    init?(json: JSONValue) {
        guard let kind = Kind(rawValue: json.string("type")) else { return nil }
        self.init(kind, path: json.string("path"))
    }
}

extension OCIDevice {
    init(json: JSONValue) {
        self.init(
            path: json.string("path"), type: json.string("type"), major: json.integer("major") ?? 0,
            minor: json.integer("minor") ?? 0, fileMode: json.integer("fileMode"), uid: json.integer("uid"),
            gid: json.integer("gid"))
    }
}
