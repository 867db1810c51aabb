internal import APIModel
internal import Primitives
internal import Volumes

/// Turns `-v`, `--mount`, `--tmpfs`, `--volumes-from` and an image's VOLUMEs into one list of mounts.
///
/// By destination, the later wins: image volumes, then volumes-from, then what the request names itself.
struct MountResolution {
    let volumes: VolumeStore
    let findContainer: (String) throws(EngineError) -> ContainerRecord

    private var byDestination: [String: ContainerMount] = [:]
    private var requested: Set<String> = []
    /// Volumes made on the way, to be taken back if create fails.
    private(set) var createdVolumes: [String] = []
    /// Volumes that are held until the container is there: see `VolumeStore.hold`.
    private(set) var heldVolumes: [String] = []

    init(volumes: VolumeStore, findContainer: @escaping (String) throws(EngineError) -> ContainerRecord) {
        self.volumes = volumes
        self.findContainer = findContainer
    }

    /// Sorted by destination, so that parents are mounted before their children.
    mutating func resolve(config: ContainerConfig, hostConfig: HostConfig) throws(EngineError) -> [ContainerMount] {
        for reference in hostConfig.volumesFrom ?? [] { try addVolumes(from: reference) }
        for text in hostConfig.binds ?? [] { try addBind(VolumeSpecification(text)) }
        for mount in hostConfig.mounts { try add(mount) }
        for (destination, options) in hostConfig.tmpfs.sorted(by: { $0.key < $1.key }) {
            try addTmpfs(AbsolutePath.clean(destination), options.split(separator: ",").map(String.init))
        }
        for destination in (config.volumes ?? [:]).keys.sorted() { try addImageVolume(destination) }
        return byDestination.values.sorted { $0.destination < $1.destination }
    }

    private mutating func claim(_ destination: String) throws(EngineError) {
        guard requested.insert(destination).inserted else {
            throw EngineError(.badParameter, "Duplicate mount point: \(destination)")
        }
    }

    private mutating func addVolumes(from reference: String) throws(EngineError) {
        let parts = reference.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let mode = parts.count > 1 ? String(parts[1]) : ""
        guard ["", "ro", "rw", "z", "Z"].contains(mode) else {
            throw EngineError(.badParameter, "invalid mode for volumes-from: \(mode)")
        }
        let source = try findContainer(String(parts[0]))
        for var mount in source.mounts where mount.kind != .tmpfs {
            mount.isWritable = mount.isWritable && mode != "ro"
            mount.isAnonymous = false
            if mount.kind == .volume { hold(mount.name) }
            byDestination[mount.destination] = mount
        }
    }

    private mutating func hold(_ name: String) {
        volumes.hold(name)
        heldVolumes.append(name)
    }

    private mutating func addBind(_ specification: VolumeSpecification) throws(EngineError) {
        try claim(specification.destination)
        var mount = ContainerMount(
            kind: specification.isBind ? .bind : .volume, source: specification.source,
            destination: specification.destination)
        mount.isWritable = specification.isWritable
        mount.mode = specification.mode
        mount.propagation = specification.propagation
        if !specification.isBind {
            let volume = try makeVolume(named: specification.source, labels: [:], options: [:])
            mount.name = volume.name
            mount.source = volume.mountpoint
            mount.isAnonymous = specification.source.isEmpty
            mount.options = specification.copiesImageContent ? [] : ["nocopy"]
        }
        byDestination[mount.destination] = mount
    }

    private mutating func addImageVolume(_ text: String) throws(EngineError) {
        // An image's may be relative: it is taken from the root.
        let destination = AbsolutePath.clean(text)
        guard destination != "/" else {
            throw EngineError(.badParameter, "invalid volume: path can't be '/': \(text)")
        }
        guard byDestination[destination] == nil else { return }
        let volume = try makeVolume(named: "", labels: [:], options: [:])
        var mount = ContainerMount(kind: .volume, source: volume.mountpoint, destination: destination)
        mount.name = volume.name
        mount.isAnonymous = true
        byDestination[destination] = mount
    }

    private mutating func addTmpfs(_ destination: String, _ options: [String]) throws(EngineError) {
        guard destination != "/" else {
            throw EngineError(.badParameter, "invalid tmpfs mount: destination can't be '/'")
        }
        try claim(destination)
        var mount = ContainerMount(kind: .tmpfs, source: "", destination: destination)
        mount.options = options
        byDestination[destination] = mount
    }

    private mutating func makeVolume(
        named name: String, labels: [String: String], options: [String: String]
    ) throws(EngineError) -> Volume {
        if !name.isEmpty {
            hold(name)
            if let existing = try volumes.find(name) { return existing }
        }
        let volume = try volumes.create(
            name: name.isEmpty ? nil : name, labels: labels, options: options, isHeld: name.isEmpty)
        createdVolumes.append(volume.name)
        if name.isEmpty { heldVolumes.append(volume.name) }
        return volume
    }

    private mutating func add(_ request: MountRequest) throws(EngineError) {
        guard request.target.hasPrefix("/"), AbsolutePath.clean(request.target) != "/" else {
            throw Self.invalid(
                request, "invalid mount path: '\(request.target)' mount path must be absolute and not '/'")
        }
        switch request.type {
        case "bind": try addBindMount(request)
        case "volume": try addVolumeMount(request)
        case "tmpfs": try addTmpfsMount(request)
        default:
            throw EngineError(.notImplemented, "mount type '\(request.type)' is not supported yet")
        }
    }

    private static func invalid(_ request: MountRequest, _ reason: String) -> EngineError {
        EngineError(.badParameter, "invalid mount config for type \"\(request.type)\": \(reason)")
    }

    private mutating func addBindMount(_ request: MountRequest) throws(EngineError) {
        guard request.source.hasPrefix("/") else {
            throw Self.invalid(request, "invalid mount path: '\(request.source)' mount path must be absolute")
        }
        let options = request.bindOptions
        let propagation = options?.propagation ?? ""
        guard ["", "private", "rprivate", "shared", "rshared", "slave", "rslave"].contains(propagation) else {
            throw Self.invalid(request, "invalid propagation: \(propagation)")
        }
        let destination = AbsolutePath.clean(request.target)
        try claim(destination)
        var mount = ContainerMount(
            kind: .bind, source: AbsolutePath.clean(request.source), destination: destination)
        mount.isWritable = !request.readOnly
        mount.propagation = propagation
        mount.isRecursive = !(options?.nonRecursive ?? false)
        mount.mode = ""
        mount.options = options?.createMountpoint == true ? [] : ["must-exist"]
        if options?.readOnlyNonRecursive == true { mount.options.append(ContainerMount.plainReadOnly) }
        byDestination[destination] = mount
    }

    private mutating func addVolumeMount(_ request: MountRequest) throws(EngineError) {
        let options = request.volumeOptions
        if let subpath = options?.subpath, !subpath.isEmpty {
            throw EngineError(.notImplemented, "volume subpath is not supported yet")
        }
        if let driver = options?.driverConfig?.name, !driver.isEmpty, driver != "local" {
            throw EngineError(.notImplemented, "volume driver '\(driver)' is not supported yet")
        }
        let destination = AbsolutePath.clean(request.target)
        try claim(destination)
        let volume = try makeVolume(
            named: request.source, labels: options?.labels ?? [:], options: options?.driverConfig?.options ?? [:])
        var mount = ContainerMount(kind: .volume, source: volume.mountpoint, destination: destination)
        mount.name = volume.name
        mount.isAnonymous = request.source.isEmpty
        mount.isWritable = !request.readOnly
        mount.options = options?.noCopy == true ? ["nocopy"] : []
        byDestination[destination] = mount
    }

    private mutating func addTmpfsMount(_ request: MountRequest) throws(EngineError) {
        guard request.source.isEmpty else { throw Self.invalid(request, "field Source must not be specified") }
        var options: [String] = request.readOnly ? ["ro"] : []
        if let tmpfs = request.tmpfsOptions {
            if tmpfs.sizeBytes > 0 { options.append("size=\(tmpfs.sizeBytes)") }
            if tmpfs.mode != 0 { options.append("mode=" + String(tmpfs.mode, radix: 8)) }
            options += tmpfs.options.map { $0.joined(separator: "=") }
        }
        try addTmpfs(AbsolutePath.clean(request.target), options)
    }
}
