import LinuxSystem
import Primitives

/// Opens the driver called `named`; without a name, the one that has layers under `root` already; else the one for the file
/// system that `root` is on: `btrfs`, else the first of `overlay` and `vfs` that works. `overlay2` is another name of
/// `overlay`. The reason is a sentence for the log.
///
/// The caller decides what `named` is: in Docker the variable `DOCKER_DRIVER` beats `-s`. `options` are the engine's
/// `--storage-opt`, `key=value` each. Errors: `EngineError` (`notImplemented`) for a driver that isn't built in or can't work
/// here, (`badParameter`) for an option, (`conflict`) for layers of several drivers.
public func chooseDriver(
    named: String?, root: String, options: [String] = []
) throws -> (driver: any GraphDriver, reason: String) {
    let choice = DriverChoice(root: root, options: try DriverOptions(parsing: options))
    var chosen: (driver: any GraphDriver, reason: String)
    if let named, !named.isEmpty {
        chosen = (try choice.open(named), "it was asked for")
    } else {
        chosen = try choice.byWhatIsThere()
    }
    if let overlay = chosen.driver as? OverlayDriver {
        chosen.reason = ([chosen.reason] + overlay.notices).joined(separator: "; ")
    }
    return chosen
}

/// Which driver to use, as Docker decides (`daemon/graphdriver/driver.go`).
struct DriverChoice {
    static let notSupportedText = "driver not supported"
    /// Folders that drivers of Docker leave under its root. State of `vfs` is never taken for a choice.
    private static let knownNames = ["aufs", "btrfs", "devicemapper", "overlay", "overlay2", "zfs"]

    let root: String
    let options: DriverOptions

    func byWhatIsThere() throws -> (driver: any GraphDriver, reason: String) {
        let prior = try priorDrivers()
        guard prior.count <= 1 else {
            throw EngineError(
                .conflict,
                "\"\(root)\" contains other graphdrivers: \(prior.joined(separator: ",")); "
                    + "Please cleanup or explicitly choose storage driver (-s <DRIVER>)")
        }
        if let name = prior.first { return (try openPrior(name), "it has layers") }
        return try firstThatWorks()
    }

    func open(_ name: String) throws -> any GraphDriver {
        switch name {
        case "overlay", "overlay2": return try OverlayDriver(root: root, options: options)
        case "btrfs": return try BtrfsDriver(root: root, options: options)
        case "vfs": return try VFSDriver(root: root, options: options)
        default: throw EngineError(.notImplemented, "\(Self.notSupportedText): \(name)")
        }
    }

    private func openPrior(_ name: String) throws -> any GraphDriver {
        do {
            // A folder of this name was made by another engine: its layers are laid out in another way.
            guard name != "overlay2" else { throw EngineError(.notImplemented, "\(Self.notSupportedText): \(name)") }
            return try open(name)
        } catch {
            let kind = (error as? EngineError)?.kind ?? .notImplemented
            throw EngineError(kind, "[graphdriver] prior storage driver \"\(name)\" failed: \(error)", cause: error)
        }
    }

    /// What cannot work here gives way to the next; a wrong option is an error.
    private func firstThatWorks() throws -> (driver: any GraphDriver, reason: String) {
        let backing = BackingFileSystem.name(try BackingFileSystem.type(of: root))
        let names = backing == "btrfs" ? ["btrfs", "vfs"] : ["overlay", "vfs"]
        var reason = backing == "btrfs" ? "\(root) is on btrfs" : "it is the first that works"
        for name in names {
            do {
                return (try open(name), reason)
            } catch let error as EngineError where error.kind == .notImplemented {
                reason = "\(name) does not work: \(error.message)"
            }
        }
        throw EngineError(.notImplemented, "No supported storage backend found: \(reason)")
    }

    /// Folders with something in them.
    private func priorDrivers() throws -> [String] {
        let folder: FD
        do {
            folder = try FD.open(at: RawPath(root), [.directory])
        } catch {
            if error.errno == 2 { return [] }
            throw error
        }
        var found: [String] = []
        for name in Self.knownNames where try folder.statIfPresent(RawPath(name))?.kind == .directory {
            let entries = try folder.open(RawPath(name), [.directory]).entries()
            if entries.contains(where: { $0.name.bytes.first != UInt8(ascii: ".") && $0.name != "l" }) {
                found.append(name)
            }
        }
        return found
    }
}
