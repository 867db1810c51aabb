internal import LinuxSystem
internal import OrderedJSON
public import Primitives
internal import Synchronization

/// The local volume driver: `<root>/<name>/_data` with `<root>/<name>/volume.json` beside it.
///
/// A folder without its JSON (as Docker's own volumes have none) is a volume too: nothing that a user could have put
/// there is ever lost for want of our file. All methods block.
public final class VolumeStore: Sendable {
    /// The label that marks volumes without a name of their own.
    public static let anonymousLabel = "com.docker.volume.anonymous"

    private let root: String
    /// Makes "is it there? then make it" one step. How many have a volume in their hands, by name: see `hold`.
    private let making = Mutex<[String: Int]>([:])

    /// `root` is made when it is missing. Errors: `internal`.
    public init(root: String) throws(EngineError) {
        self.root = root
        do { try HostDirectory.makeAll(root, mode: 0o701) } catch {
            throw EngineError(.internal, "\(error)", cause: error)
        }
    }

    /// Makes a volume, or gives the one that has the name. `name` nil: 64 hex digits. `isHeld`: see `hold`.
    /// Errors: `badParameter` for a bad name; `notImplemented` for driver options; `internal`.
    public func create(
        name: String?, labels: [String: String] = [:], options: [String: String] = [:], isHeld: Bool = false
    ) throws(EngineError) -> Volume {
        if let option = options.keys.sorted().first {
            throw EngineError(.notImplemented, "volume driver option '\(option)' is not supported yet")
        }
        if let name { try Self.check(name) }
        let finalName = name ?? ContainerID.random().description
        return try making.withLock { holds throws(EngineError) in
            if isHeld { holds[finalName, default: 0] += 1 }
            if let existing = try find(finalName) { return existing }
            var labels = labels
            if name == nil { labels[Self.anonymousLabel] = "" }
            let volume = Volume(
                name: finalName, created: .now(), labels: labels, options: options, isAnonymous: name == nil,
                mountpoint: mountpoint(finalName))
            try write(volume)
            return volume
        }
    }

    /// From now on the volume is not idle, until it is released: who makes a container takes its volumes before anybody can
    /// see that it uses them.
    public func hold(_ name: String) { making.withLock { $0[name, default: 0] += 1 } }

    public func release(_ names: [String]) {
        making.withLock { holds in
            for name in names {
                let rest = (holds[name] ?? 0) - 1
                holds[name] = rest > 0 ? rest : nil
            }
        }
    }

    /// Removes a volume that nobody holds and, by the caller's account, nobody uses; says whether it did.
    public func removeIdle(_ name: String, isUsed: () -> Bool) throws(EngineError) -> Bool {
        let isHidden = try making.withLock { holds throws(EngineError) in
            guard holds[name] == nil, !isUsed(), try find(name) != nil else { return false }
            try hide(name)
            return true
        }
        if isHidden { try removeHidden(name) }
        return isHidden
    }

    /// The description goes last: what lacks it after a crash is an empty volume of that name.
    private func write(_ volume: Volume) throws(EngineError) {
        do {
            try HostDirectory.make(root + "/" + volume.name, mode: 0o701)
            try HostDirectory.make(volume.mountpoint, mode: 0o755)
            let bytes = try OrderedJSONEncoder().encode(volume)
            try HostFile.replace(root + "/" + volume.name + "/volume.json", with: bytes)
        } catch {
            throw EngineError(.internal, "create volume \(volume.name): \(error)", cause: error)
        }
    }

    /// Nil when there is none. Errors: `badParameter` for a name that can't be one.
    public func find(_ name: String) throws(EngineError) -> Volume? {
        try Self.check(name)
        guard HostFile.exists(mountpoint(name)) else { return nil }
        return load(name)
    }

    private func load(_ name: String) -> Volume {
        if let bytes = try? HostFile.read(root + "/" + name + "/volume.json", limit: 1 << 20),
            var volume = try? OrderedJSONDecoder().decode(Volume.self, from: bytes), volume.name == name
        {
            volume.mountpoint = mountpoint(name)
            return volume
        }
        return Volume(
            name: name, created: Timestamp(nanoseconds: 0), labels: [:], options: [:], isAnonymous: false,
            mountpoint: mountpoint(name))
    }

    /// By name.
    public func list() throws(EngineError) -> [Volume] {
        do {
            return try HostDirectory.entries(root).sorted()
                .filter { Self.isName($0) && HostFile.exists(mountpoint($0)) }.map(load)
        } catch {
            throw EngineError(.internal, "list volumes: \(error)", cause: error)
        }
    }

    /// Removes a volume and what is in it; the caller knows that nobody uses it. Errors: `notFound`.
    public func remove(_ name: String) throws(EngineError) {
        guard try find(name) != nil else { throw EngineError(.notFound, "get \(name): no such volume") }
        try hide(name)
        try removeHidden(name)
    }

    /// Out of sight first, so that half a volume is never found under its name.
    private func hide(_ name: String) throws(EngineError) {
        try removeHidden(name)
        do { try HostFile.rename(root + "/" + name, to: root + "/.removing-" + name) } catch {
            throw EngineError(.internal, "remove volume \(name): \(error)", cause: error)
        }
    }

    private func removeHidden(_ name: String) throws(EngineError) {
        do { try HostDirectory.removeTree(root + "/.removing-" + name) } catch {
            throw EngineError(.internal, "remove volume \(name): \(error)", cause: error)
        }
    }

    /// Finishes removals that a crash interrupted.
    public func collectGarbage() {
        for entry in (try? HostDirectory.entries(root)) ?? [] where entry.hasPrefix(".removing-") {
            try? HostDirectory.removeTree(root + "/" + entry)
        }
    }

    private func mountpoint(_ name: String) -> String { root + "/" + name + "/_data" }

    private static func check(_ name: String) throws(EngineError) {
        guard !isName(name) else { return }
        throw EngineError(
            .badParameter,
            "create \(name): \"\(name)\" includes invalid characters for a local volume name, only "
                + "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path"
        )
    }

    private static func isName(_ text: String) -> Bool {
        guard (2...255).contains(text.utf8.count), let first = text.utf8.first else { return false }
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        }
        return isAlphanumeric(first) && text.utf8.allSatisfy { isAlphanumeric($0) || [95, 46, 45].contains($0) }
    }
}
