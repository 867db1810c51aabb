internal import Dockerfile
internal import ImageBuilder
internal import ImageStore
internal import LayerFS
internal import LinuxSystem
internal import Primitives
internal import TarCodec

extension BuildSession {
    func copy(
        _ copy: CopyStep, _ sources: CopySources, _ plan: ImagePlan, _ step: StepReport
    ) async throws(EngineError) -> BuiltImage {
        try await writing(copy, sources) { session, stop, write in
            try session.changingFiles(plan, stop: stop, write)
        }
    }

    /// When there is a turn for it: `body` makes a layer, into whose root its third argument copies the sources.
    func writing<Made: Sendable>(
        _ copy: CopyStep, _ sources: CopySources,
        _ body: @escaping @Sendable (BuildSession, StopSign, (FDBox) throws -> Void) throws -> Made
    ) async throws(EngineError) -> Made {
        let sources = try await checkedOut(sources, copy)
        try await engine.enterStep()
        defer { engine.stepPermits.leave() }
        guard !Task.isCancelled else { throw EngineError(.unavailable, "Build cancelled") }
        let stop = StopSign()
        return try await withStop(stop) { () async throws(EngineError) in
            try await engine.workers.run { [self] in
                try body(self, stop) { root in
                    var writer = try CopyWriter(copy, sources, root, stop)
                    do { try writer.run() } catch let error as SystemError {
                        throw EngineError(.badParameter, "failed to copy files: \(error)", cause: error)
                    }
                }
            }
        }
    }

    /// Raises the sign when the task is cancelled.
    func withStop<Value>(
        _ stop: StopSign, _ body: () async throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        do {
            return try await withTaskCancellationHandler {
                try await body()
            } onCancel: {
                stop.raise()
            }
        } catch {
            throw EngineError(wrapping: error)
        }
    }
}

/// Puts sources into a root that stands for `/`.
struct CopyWriter {
    private let copy: CopyStep
    private let sources: CopySources
    private let target: CopyTarget
    private let stop: StopSign

    init(_ copy: CopyStep, _ sources: CopySources, _ root: FDBox, _ stop: StopSign) throws {
        self.copy = copy
        self.sources = sources
        self.stop = stop
        let owner = try copy.owner.map { try CopyOwner(parsing: $0, in: root) }
        let mode = try copy.mode.map { text throws(EngineError) in try ModeChange(parsing: text) }
        target = CopyTarget(root: root, owner: owner, mode: mode, keepsOwners: sources.keepsOwners, stop: stop)
    }

    private var destination: String {
        SlashPath.joined(copy.workingFolder.isEmpty ? "/" : copy.workingFolder, copy.destination)
    }

    mutating func run() throws {
        for item in sources.items {
            try stop.check()
            switch item.content {
            case .tree(let entry, let below) where entry.kind == .directory:
                let root = item.root ?? sources.root
                try target.copy(below, of: root, from: entry.path, into: try folder(for: item, below: entry))
            case .tree(let entry, _):
                if try unpack(entry, of: item) { continue }
                let (folder, name) = try place(of: item)
                try target.copy(entry, as: name, of: sources.root, from: entry.path, into: folder)
            case .document(let bytes):
                let (folder, name) = try place(of: item)
                try target.write(bytes, as: name, into: folder)
            case .fetched(let file):
                if try unpack(file) { continue }
                let (folder, name) = try place(of: item)
                try target.copy(file, as: name, into: folder)
            case .repository: throw EngineError(.internal, "a repository was not checked out")
            }
        }
    }

    /// The folder that a source's contents come into.
    private func folder(for item: CopySources.Item, below entry: ContextEntry) throws -> CopyFolder {
        guard copy.keepsParents else { return try target.folder(destination) }
        var top = entry
        top.path = RawPath((item.parents.last.map { $0.path.string + "/" } ?? "") + item.name.string)
        return try target.folder(destination, making: item.parents + (item.name.isEmpty ? [] : [top]))
    }

    /// Where a file goes: into the destination if that is a folder, else there.
    private func place(of item: CopySources.Item) throws -> (CopyFolder, RawPath) {
        if copy.keepsParents { return (try target.folder(destination, making: item.parents), item.name) }
        if copy.hasFolderDestination || sources.items.count > 1 || target.isFolder(destination) {
            return (try target.folder(destination), item.name)
        }
        let parts = destination.split(separator: "/")
        guard let name = parts.last else { return (try target.folder("/"), item.name) }
        return (try target.folder("/" + parts.dropLast().joined(separator: "/")), RawPath(String(name)))
    }

    /// ADD of a local archive: its files come into the destination, as what they are in it. False for what is none.
    private func unpack(_ entry: ContextEntry, of item: CopySources.Item) throws -> Bool {
        guard copy.isAdd, copy.unpacks ?? true, entry.kind == .regular else { return false }
        return try unpack(try target.open(entry.path, in: sources.root))
    }

    private func unpack(_ file: FetchedFile) throws -> Bool {
        guard copy.unpacks ?? false else { return false }
        return try unpack(try FD.open(at: RawPath(file.path), .readOnly))
    }

    private func unpack(_ file: consuming FD) throws -> Bool {
        // A compressed file that is no archive, or that can't be read, is a file.
        guard let source = try? PeekedSource(DecompressedSource(FDSource(file)), count: ContextForm.prefixLength),
            TarReader.canBegin(with: source.prefix)
        else { return false }
        let folder = try target.folder(destination)
        var options = UnpackOptions(mode: .plain)
        options.keepsOwner = true
        _ = try LayerArchive.unpack(StoppableSource(source, stop), into: folder.directory.fd, options: options)
        return true
    }
}
