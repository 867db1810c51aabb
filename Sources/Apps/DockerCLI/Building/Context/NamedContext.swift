internal import APIModel
internal import Dockerfile
internal import HostSystem
internal import Primitives

/// `--build-context NAME=…`
struct NamedContext {
    enum Content {
        case folder(LocalContext)
        /// An archive of this host.
        case archive(String)
        /// An image, a URL, a repository: the engine sees to it.
        case elsewhere(String)
    }

    let name: String
    let content: Content

    /// Of several with one name the last counts. Errors, in the words of Docker's client: words of another form, what is not there.
    static func all(_ words: [String]) throws -> [NamedContext] {
        var contexts: [NamedContext] = []
        for word in words {
            let context = try NamedContext(word)
            contexts.removeAll { NamedContexts.key($0.name) == NamedContexts.key(context.name) }
            contexts.append(context)
        }
        return contexts
    }

    private init(_ word: String) throws {
        let (name, value) = KeyValue.split(word)
        guard let value else { throw CommandFailure("ERROR: invalid context value: \(word), expected key=value") }
        do throws(EngineError) { _ = try ImageReference(parsing: name) } catch {
            throw CommandFailure("ERROR: invalid context name \(name): \(error.message)")
        }
        self.name = name
        content = try Self.content(value, name)
    }

    private static func content(_ value: String, _ name: String) throws -> Content {
        if value.hasPrefix(BuildContextName.imagePrefix) { return .elsewhere(try image(value)) }
        for prefix in ["oci-layout://", "target:"] where value.hasPrefix(prefix) {
            throw CommandFailure("docker: 'build --build-context \(name)=\(prefix)…' is not supported")
        }
        do throws(EngineError) {
            guard let facts = try LocalPath.facts(value, followsLink: true) else {
                guard RemoteSource.isRemote(value) else {
                    throw EngineError(.notFound, "stat \(value): no such file or directory")
                }
                return .elsewhere(value)
            }
            if facts.kind == .folder { return .folder(try LocalContext(named: value)) }
            guard facts.kind == .file, try isArchive(value) else {
                throw EngineError(.badParameter, "\(value) is neither a folder nor an archive")
            }
            return .archive(value)
        } catch {
            throw CommandFailure("ERROR: failed to get build context \(name): \(error.message)")
        }
    }

    private static func image(_ value: String) throws -> String {
        let reference = String(value.dropFirst(BuildContextName.imagePrefix.count))
        do throws(EngineError) { _ = try ImageReference(parsing: reference) } catch {
            throw CommandFailure("ERROR: invalid reference \(reference): \(error.message)")
        }
        return value
    }

    private static func isArchive(_ path: String) throws(EngineError) -> Bool {
        let file = try Connection.file(path)
        defer { file.closeNow() }
        var prefix: [UInt8] = []
        while prefix.count < 512, case let part = try file.read(limit: 512), !part.isEmpty { prefix += part }
        return BuildSource.isArchive(prefix)
    }

    /// What the engine is told of it.
    var request: BuildContextName {
        if case .elsewhere(let source) = content {
            BuildContextName(name: name, source: source)
        } else {
            BuildContextName(name: name)
        }
    }

    /// What is sent; nil for nothing.
    var body: ((_ write: @escaping ([UInt8]) throws -> Void) throws -> Void)? {
        switch content {
        case .elsewhere: return nil
        case .folder(let context):
            return { write in
                var packer = ContextPacker(write)
                try packer.pack(context)
            }
        case .archive(let path):
            return { write in
                let file = try Connection.file(path)
                defer { file.closeNow() }
                while case let part = try file.read(limit: 128 << 10), !part.isEmpty { try write(part) }
            }
        }
    }
}
