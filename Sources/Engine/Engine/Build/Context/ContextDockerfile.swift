internal import Dockerfile
internal import LinuxSystem
internal import Primitives

/// The Dockerfile in a context's folder, and the ignore rules that go with it.
struct ContextDockerfile {
    /// As it was asked for, or the one that was found where none was.
    let name: String
    let bytes: [UInt8]
    private let root: FDBox

    /// Looks for a Dockerfile: by its path in the context, else `Dockerfile`, else `dockerfile`. Links are followed inside
    /// the folder. Errors: `badParameter` when there is none, or none that can be read.
    init(_ wanted: String, in root: FDBox) throws {
        let first = wanted.isEmpty ? "Dockerfile" : wanted
        let names = first == "Dockerfile" ? [first, "dockerfile"] : [first]
        for name in names {
            guard let bytes = try Self.read(name, in: root, limit: SyntaxTree.longest) else { continue }
            guard !bytes.isEmpty else {
                throw EngineError(.badParameter, "the Dockerfile (\(name)) cannot be empty")
            }
            (self.name, self.bytes, self.root) = (name, bytes, root)
            return
        }
        throw Self.missing(wanted)
    }

    /// Docker's words.
    static func missing(_ wanted: String) -> EngineError {
        let name = wanted.isEmpty ? "Dockerfile" : wanted
        return EngineError(.badParameter, "Cannot locate specified Dockerfile: \(name)")
    }

    /// What the ignore file beside the Dockerfile says, or the one at the top; nil without either. Errors: `badParameter`
    /// for patterns that are none.
    func ignoreRules() throws -> (rules: IgnoreRules, file: String)? {
        for file in IgnoreFile.candidates(dockerfile: name, context: "") {
            guard let bytes = try Self.read(file, in: root, limit: 8 << 20) else { continue }
            do throws(EngineError) { return (try IgnoreRules(parsing: bytes), file) } catch {
                throw EngineError(error.kind, "error reading \(file): \(error.message)")
            }
        }
        return nil
    }

    /// Clients send the Dockerfile and the ignore file even where these are left out, so that the engine can read them;
    /// they go now.
    func removeIfIgnored() throws {
        guard let (rules, file) = try ignoreRules() else { return }
        for path in [file, name] where rules.ignores(path) {
            try ContextPruning.remove(path, and: rules, below: root)
        }
    }

    /// Nil when nothing has the path. Only what is a file is opened: a device would do things.
    private static func read(_ path: String, in root: FDBox, limit: Int) throws -> [UInt8]? {
        let relative = path.drop { $0 == "/" }
        do {
            let place = try root.fd.open(RawPath(String(relative)), .path, resolve: [.inRoot, .noMagicLinks])
            guard try place.stat().kind == .regular else {
                throw EngineError(.badParameter, "the Dockerfile (\(path)) is not a file")
            }
            return try FD.open(at: RawPath("/proc/self/fd/\(place.rawValue)"), .readOnly).readAll(limit: limit)
        } catch let error as SystemError {
            switch error.errno {
            case 2, 20: return nil  // ENOENT, ENOTDIR
            case 27: throw EngineError(.badParameter, "\(path) is longer than \(limit) bytes")
            default: throw EngineError(.badParameter, "\(path): \(error.reason)", cause: error)
            }
        }
    }
}
