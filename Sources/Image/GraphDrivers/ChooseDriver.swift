import LinuxSystem
import Primitives

/// Opens the driver called `named`; without a name, the one that has layers under `root` already; else the first of
/// `overlay` and `vfs` that works. `overlay2` is another name of `overlay`. The reason is a sentence for the log.
///
/// The caller decides what `named` is: in Docker the variable `DOCKER_DRIVER` beats `-s`. Errors: `EngineError`
/// (`notImplemented`) for a driver that isn't built in or can't work here, (`conflict`) for layers of several.
public func chooseDriver(named: String?, root: String) throws -> (driver: any GraphDriver, reason: String) {
    if let named, !named.isEmpty { return (try DriverChoice.open(named, root: root), "it was asked for") }
    return try DriverChoice.byWhatIsThere(root)
}

/// Which driver to use, as Docker decides (`daemon/graphdriver/driver.go`).
enum DriverChoice {
    static let notSupportedText = "driver not supported"
    /// Folders that drivers of Docker leave under its root. State of `vfs` is never taken for a choice.
    static let knownNames = ["aufs", "btrfs", "devicemapper", "overlay", "overlay2", "zfs"]

    static func byWhatIsThere(_ root: String) throws -> (driver: any GraphDriver, reason: String) {
        let prior = try priorDrivers(root)
        guard prior.count <= 1 else {
            throw EngineError(
                .conflict,
                "\"\(root)\" contains other graphdrivers: \(prior.joined(separator: ",")); "
                    + "Please cleanup or explicitly choose storage driver (-s <DRIVER>)")
        }
        if let name = prior.first { return (try openPrior(name, root), "it has layers") }
        return try firstThatWorks(root)
    }

    static func open(_ name: String, root: String) throws -> any GraphDriver {
        switch name {
        case "overlay", "overlay2": return try OverlayDriver(root: root)
        case "vfs": return try VFSDriver(root: root)
        default: throw EngineError(.notImplemented, "\(notSupportedText): \(name)")
        }
    }

    private static func openPrior(_ name: String, _ root: String) throws -> any GraphDriver {
        do {
            // A folder of this name was made by another engine: its layers are laid out in another way.
            guard name != "overlay2" else { throw EngineError(.notImplemented, "\(notSupportedText): \(name)") }
            return try open(name, root: root)
        } catch {
            throw EngineError(
                .notImplemented, "[graphdriver] prior storage driver \"\(name)\" failed: \(error)", cause: error)
        }
    }

    private static func firstThatWorks(_ root: String) throws -> (driver: any GraphDriver, reason: String) {
        do {
            return (try OverlayDriver(root: root), "it is the first that works")
        } catch let error as EngineError where error.kind == .notImplemented {
            guard let driver = try? VFSDriver(root: root) else {
                throw EngineError(.notImplemented, "No supported storage backend found", cause: error)
            }
            return (driver, "overlay does not work: \(error.message)")
        }
    }

    /// Folders with something in them.
    private static func priorDrivers(_ root: String) throws -> [String] {
        let folder: FD
        do {
            folder = try FD.open(at: RawPath(root), [.directory])
        } catch {
            if error.errno == 2 { return [] }
            throw error
        }
        var found: [String] = []
        for name in knownNames where try folder.statIfPresent(RawPath(name))?.kind == .directory {
            let entries = try folder.open(RawPath(name), [.directory]).entries()
            if entries.contains(where: { $0.name.bytes.first != UInt8(ascii: ".") && $0.name != "l" }) {
                found.append(name)
            }
        }
        return found
    }
}
