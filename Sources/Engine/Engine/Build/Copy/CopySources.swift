internal import APIModel
internal import Dockerfile
internal import ImageBuilder
internal import ImageStore
internal import LinuxSystem
internal import Primitives

/// What a COPY or ADD copies, found and hashed.
struct CopySources: Sendable {
    /// One source after its links and patterns are resolved.
    struct Item: Sendable {
        enum Content: Sendable {
            /// A file or folder of the tree, with all that is below it.
            case tree(ContextEntry, below: [ContextEntry])
            /// A here-document.
            case document([UInt8])
            /// A file that was fetched.
            case fetched(FetchedFile)
            /// Files that are fetched when they have to be copied.
            case repository(GitRepository)
        }

        /// What it is called at the destination, if that is a folder.
        var name: RawPath
        /// The folders above it that are made at the destination, too (`--parents`).
        var parents: [ContextEntry] = []
        var content: Content
        /// Where files of `tree` are, if not where the others are.
        var root: FDBox?
    }

    var items: [Item]
    /// Where files of `tree` are.
    var root: FDBox
    /// Owners are those of the source.
    var keepsOwners: Bool
}

extension BuildSession {
    typealias Sources = CopySources

    func sources(
        of copy: CopyStep, from image: BuiltImage?, _ step: StepReport
    ) async throws(EngineError) -> (sources: CopySources, key: String) {
        let (remote, repositories, local) = copy.partitioned
        let fetched = try await fetch(remote, copy, step)
        let resolved = try await resolve(repositories, copy)
        return try await engine.workers.run { [self] in
            let tree = try sourceTree(image, copy.from, local)
            var items = copy.documents.map { document in
                CopySources.Item(name: RawPath(document.name), content: .document(Array(document.content.utf8)))
            }
            for path in local { items += try tree.items(path, copy) }
            items += fetched.map { CopySources.Item(name: RawPath($0.name), content: .fetched($0)) }
            items += resolved.map { CopySources.Item(name: RawPath(""), content: .repository($0)) }
            guard !items.isEmpty else {
                throw EngineError(.badParameter, "\(copy.keyword) failed: no source files were specified")
            }
            guard items.count == 1 || copy.hasFolderDestination else {
                throw EngineError(
                    .badParameter,
                    "When using \(copy.keyword) with more than one source file, the destination must be a directory and end with a /"
                )
            }
            let sources = CopySources(items: items, root: tree.root, keepsOwners: image != nil)
            return (sources, CopyKey.text(of: sources))
        }
    }

    private func sourceTree(
        _ image: BuiltImage?, _ from: StageGraph.Source?, _ paths: [String]
    ) throws -> SourceTree {
        guard let image else {
            var context = contexts.main
            if case .context(let name) = from, let named = contexts[name] { context = named }
            return SourceTree(root: context.root, entries: context.entries, isContext: true)
        }
        let root = try engine.openFiles(of: image.id)
        // Of an image only what is copied is looked at, as far as that can be told before.
        let entries = try SourceTree.entries(of: root, for: paths.map { try SourceTree.withoutLinks($0, in: root) })
        return SourceTree(root: root, entries: entries, isContext: false)
    }
}

extension Engine {
    /// Blocking. The files of an image as a folder that is mounted nowhere; an empty one for scratch.
    func openFiles(of image: String) throws -> FDBox {
        let mounts = try image.isEmpty ? [] : images.mounts(of: try images.resolve(image))
        guard let mount = mounts.first, mounts.count == 1 else {
            return FDBox(
                try DetachedMount.make(type: "tmpfs", source: "none", options: ["ro"]).open(".", [.directory]))
        }
        if mount.type == "bind" { return FDBox(try FD.open(at: RawPath(mount.source), .directory)) }
        let root = try DetachedMount.make(type: mount.type, source: mount.source, options: mount.options)
        return FDBox(try root.open(".", [.directory]))
    }
}

extension CopyStep {
    var keyword: String { isAdd ? "ADD" : "COPY" }

    /// Sources that have to be fetched, and those that are here.
    fileprivate var partitioned: (remote: [String], repositories: [String], local: [String]) {
        guard isAdd else { return ([], [], sources) }
        let remote = sources.filter(RemoteSource.isFetched)
        return (
            remote.filter { !RemoteSource.isRepository($0) }, remote.filter(RemoteSource.isRepository),
            sources.filter { !RemoteSource.isFetched($0) }
        )
    }
}
