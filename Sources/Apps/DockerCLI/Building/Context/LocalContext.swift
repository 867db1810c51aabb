internal import Dockerfile
internal import HostSystem
internal import Primitives

/// A folder of this host as a build's context: what of it is sent, and where its Dockerfile is.
struct LocalContext {
    let folder: OpenFolder
    let rules: IgnoreRules
    /// Sent though they are left out, as the engine reads them; it takes them away then.
    let kept: Set<String>
    /// Files that are not in the folder: a Dockerfile from elsewhere, and what makes the engine take it away.
    let added: [(name: String, bytes: [UInt8])]
    /// The Dockerfile in the context as it is sent; empty without one.
    let dockerfile: String

    /// `file`: the Dockerfile's path from where the client is, `-` for the standard input, empty for the usual names in
    /// the folder. Errors: what is missing, in the words of Docker's client.
    init(_ path: String, file: String, input: Descriptor) throws {
        let root = try Self.prepared { () throws(EngineError) in try Disk.resolved(path) }
        folder = try Self.prepared { () throws(EngineError) in try OpenFolder(root) }
        let place = try DockerfilePlace(file, in: folder, called: path, input: input)
        let candidates = IgnoreFile.candidates(dockerfile: place.path, context: root)
        let found = candidates.first { Connection.isFile($0) != nil }
        rules = try found.map(Self.rules) ?? IgnoreRules()
        if let name = place.name {
            (dockerfile, added) = (name, [])
            kept = Set([name] + [found.flatMap { Self.relative($0, to: root) }].compactMap(\.self))
        } else {
            // By its content, so that the same one has the same name in every build.
            let name = ".dockerfile.\(Digest.sha256(of: place.bytes).hex.prefix(20))"
            let ignore = name + ".dockerignore"
            (dockerfile, kept) = (name, [])
            added = [(name, place.bytes), (ignore, Array("\(name)\n\(ignore)\n".utf8))]
        }
    }

    /// A folder that is used by its name, whatever it holds; it may have an ignore file.
    init(named path: String) throws(EngineError) {
        let root = try Disk.resolved(path)
        folder = try OpenFolder(root)
        (dockerfile, kept, added) = ("", [], [])
        let file = IgnoreFile.top(of: root)
        let isThere = Connection.isFile(file) == true
        rules = try IgnoreRules(parsing: try isThere ? PrivateFile.read(file, limit: 8 << 20) ?? [] : [])
    }

    private static func rules(_ path: String) throws -> IgnoreRules {
        guard (try? Disk.entry(path))?.isFolder != true else {
            throw CommandFailure("Error reading .dockerignore: read \(path): is a directory")
        }
        do throws(EngineError) {
            return try IgnoreRules(parsing: try PrivateFile.read(path, limit: 8 << 20) ?? [])
        } catch {
            throw CommandFailure("error reading \(path): \(error.message)")
        }
    }

    private static func prepared<Value>(_ body: () throws(EngineError) -> Value) throws -> Value {
        do throws(EngineError) { return try body() } catch {
            throw CommandFailure("unable to prepare context: \(error.message)")
        }
    }

    /// Nil for what is not below the folder. Both are resolved.
    static func relative(_ path: String, to folder: String) -> String? {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
    }
}

/// Where a context's Dockerfile comes from.
private struct DockerfilePlace {
    /// In the context; nil when it is not there.
    var name: String?
    /// On this host, for the ignore file beside it.
    var path: String
    /// Of one that is not in the context.
    var bytes: [UInt8] = []

    init(_ file: String, in folder: OpenFolder, called context: String, input: Descriptor) throws {
        if file == "-" {
            (path, bytes) = ("", try Self.read(input))
            return
        }
        let wanted = file.isEmpty ? folder.path(of: Array(Self.usualName(in: folder).utf8)) : file
        do throws(EngineError) { path = try Disk.resolved(wanted) } catch {
            throw CommandFailure(
                "unable to prepare context: unable to evaluate symlinks in Dockerfile path: \(error.message)")
        }
        name = LocalContext.relative(path, to: folder.path)
        guard name == nil else { return }
        // A context is not always the user's own work: its Dockerfile is not to be a link to what is.
        guard !file.isEmpty else {
            throw CommandFailure(
                "unable to prepare context: The Dockerfile (Dockerfile) must be within the build context (\(context))")
        }
        let descriptor = try Connection.file(path)
        defer { descriptor.closeNow() }
        bytes = try Self.read(descriptor)
    }

    private static func usualName(in folder: OpenFolder) -> String {
        let names = ["Dockerfile", "dockerfile"]
        return names.first { (try? folder.entry(Array($0.utf8))) != nil } ?? names[0]
    }

    private static func read(_ source: Descriptor) throws -> [UInt8] {
        try BuildSource.readDockerfile(source, after: [])
    }
}
