import Foundation
import GraphDrivers
import LayerFS
import LinuxSystem
import OrderedJSON
import Primitives
import Synchronization
import Testing

@testable import ImageStore

/// A folder that goes away with the test.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "imagestore-" + UUID().uuidString
        try HostDirectory.makeAll(path)
    }

    deinit { try? HostDirectory.removeTree(path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Runs a shell script in the folder; its output.
    @discardableResult
    func shell(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-euc", script]
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        let output = Foundation.Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw EngineError(.internal, "failed: \(script)") }
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func write(_ name: String, _ text: String) throws {
        try HostDirectory.makeAll(HostDirectory.parent(of: self(name)))
        try HostFile.write(self(name), Array(text.utf8))
    }

    func sha256(_ name: String) throws -> String { try shell("sha256sum '\(name)' | cut -d' ' -f1") }
}

/// Every layer is a whole copy: the simplest driver there can be.
final class CopyDriver: GraphDriver {
    let name = "copy"
    let root: String

    init(_ root: String) throws {
        self.root = root
        try HostDirectory.makeAll(root)
    }

    func folder(_ id: String) -> String { "\(root)/\(id)" }
    private func recipe(_ id: String) -> String { "\(root).recipes/\(id)" }

    func create(id: String, parent: String?) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/cp")
        if let parent {
            process.arguments = ["-a", folder(parent), folder(id)]
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw EngineError(.internal, "cp failed") }
        } else {
            try HostDirectory.makeAll(folder(id))
        }
    }

    func createWritable(id: String, parent: String?, options: [String: String]) throws {
        try create(id: id, parent: parent)
    }
    func remove(id: String) throws { try HostDirectory.removeTree(folder(id)) }
    func emptyTrash() -> Bool { false }
    func whenFull(_ giveUp: @escaping @Sendable () -> Void) {}
    func exists(id: String) -> Bool { HostFile.exists(folder(id)) }
    func mounts(id: String) throws -> [Mount] { [Mount(type: "bind", source: folder(id))] }

    func applyDiff(id: String, parent: String?, from source: any ByteSource) throws -> LayerApplied {
        do {
            try create(id: id, parent: parent)
            let target = try FD.open(at: RawPath(folder(id)), [.directory])
            try HostDirectory.makeAll("\(root).recipes")
            let recipe = try FD.open(at: RawPath(recipe(id)), [.writeOnly, .create, .truncate], mode: 0o600)
            return try LayerArchive.unpack(
                source, into: target, options: UnpackOptions(mode: .copyLayer), recipe: FDSink(recipe))
        } catch {
            try? remove(id: id)
            throw error
        }
    }

    /// Of what `diff` writes; the container's folder is a copy of its parent.
    func capture(
        _ container: String, as id: String, _ mode: CaptureMode, without unseen: Set<String>,
        check: @escaping @Sendable () throws -> Void
    ) throws -> LayerApplied {
        guard let path = diffTar.withLock({ $0 }) else {
            try create(id: id, parent: container)
            throw EngineError(.notImplemented, "diff")
        }
        let tar = FDSource(try FD.open(at: RawPath(path), .readOnly))
        let applied = try applyDiff(id: id, parent: container, from: tar)
        if mode == .consuming { try remove(id: container) }
        return applied
    }

    /// What `diff` writes; without it, it fails half-way.
    let diffTar = Mutex<String?>(nil)

    func diff(id: String, parent: String?, to sink: any ByteSink) throws {
        if HostFile.exists(recipe(id)) {
            let source = FDSource(try FD.open(at: RawPath(recipe(id)), .readOnly))
            return try LayerArchive.repack(
                source, from: FDBox(FD.open(at: RawPath(folder(id)), [.directory])), to: sink)
        }
        guard let path = diffTar.withLock({ $0 }) else {
            try sink.write([UInt8](repeating: 0, count: 512))
            throw EngineError(.notImplemented, "diff")
        }
        try sink.write(HostFile.read(path))
    }

    func changes(id: String, parent: String?, without unseen: Set<String>) throws -> [Change] {
        [Change(.added, "/new")].filter { !unseen.contains($0.path) }
    }
    func sync(id: String) throws { synced.withLock { $0.append(id) } }
    let synced = Mutex<[String]>([])

    func diffSize(id: String, parent: String?) throws -> Int64 { 7 }
    func ids() throws -> [String] { try HostDirectory.entries(root) }
    func status() -> [(String, String)] { [("Backing", "copies")] }
}

/// A store on a fresh folder.
struct Bench {
    let scratch: Scratch
    let driver: CopyDriver
    let store: ImageStore

    init() throws {
        scratch = try Scratch()
        driver = try CopyDriver(scratch("layers"))
        store = try ImageStore(root: scratch("store"), driver: driver)
    }

    func reopened() throws -> ImageStore { try ImageStore(root: scratch("store"), driver: driver) }

    func open(_ name: String) throws -> FD { try FD.open(at: RawPath(scratch(name)), .readOnly) }
    func create(_ name: String) throws -> FD {
        try FD.open(at: RawPath(scratch(name)), [.writeOnly, .create, .truncate], mode: 0o600)
    }

    /// A tar of a small tree with things that are hard to pack again: links, long names, holes, odd owners, padding.
    func makeTree(_ name: String = "tree", extra: String = "") throws {
        try scratch.shell(
            """
            mkdir -p \(name)/bin \(name)/etc \(name)/empty
            printf 'root:x:0:0\\n' > \(name)/etc/passwd; \(extra.isEmpty ? "true" : extra)
            head -c 300000 /dev/urandom > \(name)/bin/tool; chmod 4755 \(name)/bin/tool; ln \(name)/bin/tool \(name)/bin/tool2
            ln -s tool \(name)/bin/link; touch -d @1400000000.123456789 \(name)/etc/passwd
            long=\(name)/$(printf 'd%.0s' $(seq 120)); mkdir -p $long; echo x > $long/$(printf 'f%.0s' $(seq 120))
            truncate -s 1M \(name)/sparse; printf end >> \(name)/sparse
            tar --sparse --sort=name -C \(name) -cf \(name).tar .
            """)
    }

    @discardableResult
    func importTree(_ name: String = "tree", as tag: String? = "busybox") throws -> Image {
        let config: JSONValue = ["Cmd": ["sh"], "Env": ["A=<b>"]]
        return try store.importTar(
            from: open("\(name).tar"), message: "Imported from -", config: config,
            tag: tag.map { try ImageReference(parsing: $0) })
    }

    /// Everything that a store may leave on disk, for comparing before and after.
    func leftovers() throws -> String {
        try scratch.shell("ls layers; cd store/image/copy; ls blobs/sha256 tmp")
    }
}

func kind(_ body: () throws -> Void) -> (EngineError.Kind, String)? {
    do {
        try body()
        return nil
    } catch let error as EngineError {
        return (error.kind, error.message)
    } catch {
        Issue.record(error)
        return nil
    }
}
