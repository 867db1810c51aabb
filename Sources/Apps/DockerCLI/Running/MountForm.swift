internal import APIModel
internal import HostSystem
internal import Primitives

/// `--mount type=bind,source=/a,target=/b,readonly`.
enum MountForm {
    static func parse(_ word: String) throws -> MountRequest {
        var mount = MountRequest()
        mount.type = "volume"
        for field in word.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            let (key, value) = KeyValue.split(field)
            try set(&mount, key.lowercased(), value, field)
        }
        guard !mount.target.isEmpty else {
            throw CommandFailure("invalid argument \"\(word)\" for \"--mount\" flag: target is required")
        }
        guard mount.type != "bind" || !mount.source.isEmpty else {
            throw CommandFailure("invalid argument \"\(word)\" for \"--mount\" flag: source is required")
        }
        if mount.type == "bind" { mount.source = ClientPath.absolute(mount.source) }
        return mount
    }

    private static func set(_ mount: inout MountRequest, _ key: String, _ value: String?, _ field: String) throws {
        if key == "readonly" || key == "ro" || key == "volume-nocopy" || key == "bind-nonrecursive" {
            return try setSwitch(&mount, key, value, field)
        }
        guard let value else { throw CommandFailure("invalid field '\(field)' must be a key=value pair") }
        switch key {
        case "type": mount.type = value.lowercased()
        case "source", "src": mount.source = value
        case "target", "dst", "destination": mount.target = value
        case "consistency": mount.consistency = value.lowercased()
        case "bind-propagation":
            mount.bindOptions = mount.bindOptions ?? MountRequest.BindOptions()
            mount.bindOptions?.propagation = value.lowercased()
        case "volume-subpath":
            mount.volumeOptions = mount.volumeOptions ?? MountRequest.VolumeOptions()
            mount.volumeOptions?.subpath = value
        case "volume-label":
            let (name, text) = KeyValue.split(value)
            mount.volumeOptions = mount.volumeOptions ?? MountRequest.VolumeOptions()
            mount.volumeOptions?.labels[name] = text ?? ""
        case "volume-driver":
            mount.volumeOptions = mount.volumeOptions ?? MountRequest.VolumeOptions()
            var driver = mount.volumeOptions?.driverConfig ?? MountRequest.DriverConfig()
            driver.name = value
            mount.volumeOptions?.driverConfig = driver
        case "tmpfs-size", "tmpfs-mode": try setMemory(&mount, key, value)
        default: throw CommandFailure("unknown option '\(key)' in '\(field)'")
        }
    }

    private static func setSwitch(_ mount: inout MountRequest, _ key: String, _ value: String?, _ field: String) throws
    {
        let isOn: Bool
        switch value?.lowercased() {
        case nil, "1", "true", "t": isOn = true
        case "0", "false", "f": isOn = false
        default: throw CommandFailure("invalid value for \(key): \(field)")
        }
        switch key {
        case "volume-nocopy":
            mount.volumeOptions = mount.volumeOptions ?? MountRequest.VolumeOptions()
            mount.volumeOptions?.noCopy = isOn
        case "bind-nonrecursive":
            mount.bindOptions = mount.bindOptions ?? MountRequest.BindOptions()
            mount.bindOptions?.nonRecursive = isOn
        default: mount.readOnly = isOn
        }
    }

    private static func setMemory(_ mount: inout MountRequest, _ key: String, _ value: String) throws {
        var options = mount.tmpfsOptions ?? MountRequest.TmpfsOptions()
        if key == "tmpfs-mode" {
            guard let mode = UInt32(value, radix: 8) else {
                throw CommandFailure("invalid value for tmpfs-mode: \(value)")
            }
            options.mode = mode
        } else {
            do throws(EngineError) { options.sizeBytes = try ByteCount(parsing: value).bytes } catch {
                throw CommandFailure("invalid value for tmpfs-size: \(value)")
            }
        }
        mount.tmpfsOptions = options
    }
}

/// Paths that start with a dot or a tilde belong to the client's side.
enum ClientPath {
    static func absolute(_ path: String) -> String {
        guard path.hasPrefix("./") || path.hasPrefix("../") || path == "." || path.hasPrefix(".:"),
            let folder = CurrentProcess.variable("PWD")
        else { return path }
        return path.hasPrefix("./") ? folder + path.dropFirst() : "\(folder)/\(path)"
    }
}
