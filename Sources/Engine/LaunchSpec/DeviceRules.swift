internal import APIModel
internal import LinuxSystem
internal import OCIRuntime
internal import Primitives

/// The device nodes a container gets and what its cgroup lets it do with them.
enum DeviceRules {
    /// Docker's list: making any node is allowed (using it is not), the harmless ones may be used.
    static let standard: [OCIDeviceRule] =
        [
            OCIDeviceRule(allow: false, access: "rwm"),
            OCIDeviceRule(allow: true, type: "c", access: "m"),
            OCIDeviceRule(allow: true, type: "b", access: "m"),
        ]
        + [(1, 5), (1, 3), (1, 9), (1, 8), (1, 7), (5, 0), (5, 1), (5, 2)].map { major, minor in
            OCIDeviceRule(allow: true, type: "c", major: major, minor: minor, access: "rwm")
        } + [
            OCIDeviceRule(allow: true, type: "c", major: 136, access: "rwm"),
            // Tunnels; the node has to be asked for.
            OCIDeviceRule(allow: true, type: "c", major: 10, minor: 200, access: "rwm"),
        ]

    struct Result {
        var nodes: [OCIDevice] = []
        var rules: [OCIDeviceRule]
    }

    /// Errors: `badParameter` for a device that is not there, with Docker's text.
    static func resolve(_ hostConfig: HostConfig) throws(EngineError) -> Result {
        if hostConfig.privileged {
            var result = Result(
                nodes: try folder("/dev", at: "/dev", depth: 0), rules: [OCIDeviceRule(allow: true, access: "rwm")])
            // All are there under their own names; others by another name may be asked for.
            for mapping in hostConfig.devices ?? [] where mapping.pathInContainer != mapping.pathOnHost {
                var extra = Result(rules: [])
                try add(mapping, to: &extra)
                result.nodes += extra.nodes
            }
            return result
        }
        var result = Result(rules: standard)
        for mapping in hostConfig.devices ?? [] { try add(mapping, to: &result) }
        for rule in hostConfig.deviceCgroupRules ?? [] { result.rules.append(try parse(rule)) }
        return result
    }

    private static func add(_ mapping: DeviceMapping, to result: inout Result) throws(EngineError) {
        let access = mapping.cgroupPermissions.isEmpty ? "rwm" : mapping.cgroupPermissions
        guard access.allSatisfy({ "rwm".contains($0) }) else {
            throw EngineError(.badParameter, "invalid device mode: \(access)")
        }
        let target = mapping.pathInContainer.isEmpty ? mapping.pathOnHost : mapping.pathInContainer
        guard target.hasPrefix("/"), mapping.pathOnHost.hasPrefix("/") else {
            throw EngineError(.badParameter, "\(mapping.pathOnHost) is not an absolute path")
        }
        let nodes = try nodes(mapping.pathOnHost, at: target)
        guard !nodes.isEmpty else {
            throw gathering(mapping.pathOnHost, "not a device node")
        }
        result.nodes += nodes
        result.rules += nodes.map {
            OCIDeviceRule(allow: true, type: $0.type, major: $0.major, minor: $0.minor, access: access)
        }
    }

    private static func nodes(_ path: String, at target: String) throws(EngineError) -> [OCIDevice] {
        let status: FileStat
        do { status = try HostFile.status(path) } catch { throw gathering(path, error.reason) }
        if status.kind == .directory { return try folder(path, at: target, depth: 0) }
        return device(status, at: target).map { [$0] } ?? []
    }

    private static func gathering(_ path: String, _ reason: String) -> EngineError {
        EngineError(
            .badParameter, "error gathering device information while adding custom device \"\(path)\": \(reason)")
    }

    private static func device(_ node: FileStat, at target: String) -> OCIDevice? {
        guard node.kind == .characterDevice || node.kind == .blockDevice else { return nil }
        return OCIDevice(
            path: target, type: node.kind == .blockDevice ? "b" : "c", major: Int64(node.specialMajor),
            minor: Int64(node.specialMinor), fileMode: node.mode, uid: node.uid, gid: node.gid)
    }

    /// Errors: `badParameter` for what is not a device node.
    static func number(of path: String) throws(EngineError) -> (major: Int64, minor: Int64) {
        guard let status = try? HostFile.status(path), let device = device(status, at: path) else {
            throw gathering(path, "not a device node")
        }
        return (device.major, device.minor)
    }

    /// Every node below a folder, without the ones a container has of its own.
    private static func folder(_ path: String, at target: String, depth: Int) throws(EngineError) -> [OCIDevice] {
        let own: Set<String> = ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console"]
        guard depth < 8, let names = try? HostDirectory.entries(path) else { return [] }
        var result: [OCIDevice] = []
        for name in names.sorted() where depth > 0 || !own.contains(name) {
            guard let node = try? HostFile.status(path + "/" + name) else { continue }
            if node.kind == .directory {
                result += try folder(path + "/" + name, at: target + "/" + name, depth: depth + 1)
            } else if let device = device(node, at: target + "/" + name) {
                result.append(device)
            }
        }
        return result
    }

    /// `c 1:3 rwm`, numbers or `*`.
    private static func parse(_ text: String) throws(EngineError) -> OCIDeviceRule {
        let invalid = EngineError(.badParameter, "invalid device cgroup rule format: '\(text)'")
        let words = text.split(separator: " ")
        guard words.count == 3, ["a", "b", "c"].contains(words[0]) else { throw invalid }
        let numbers = words[1].split(separator: ":", omittingEmptySubsequences: false)
        guard numbers.count == 2, (1...3).contains(words[2].count), words[2].allSatisfy({ "rwm".contains($0) })
        else { throw invalid }
        func number(_ text: Substring) throws(EngineError) -> Int64? {
            if text == "*" { return nil }
            guard let value = UInt32(text) else { throw invalid }
            return Int64(value)
        }
        return OCIDeviceRule(
            allow: true, type: String(words[0]), major: try number(numbers[0]), minor: try number(numbers[1]),
            access: String(words[2]))
    }
}
