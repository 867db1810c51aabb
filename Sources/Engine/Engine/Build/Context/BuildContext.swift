internal import LinuxSystem
internal import Primitives

/// What a build is made from: its files, in a private folder of the engine's, and its Dockerfile.
///
/// Ignored files are gone from the folder, the Dockerfile too if it is ignored. Whoever receives one calls
/// `Engine.discard` at the build's end; what a crash leaves is found at the next start.
struct BuildContext: Sendable {
    /// The root of the files, on the host.
    let folder: String
    /// The same as a directory. Paths below it are the user's: `openat2` with `RESOLVE_IN_ROOT`, and nothing is opened
    /// that `entries` does not call a file; devices may be among them.
    let root: FDBox
    /// Empty for a context that is used by its name alone.
    let dockerfile: [UInt8]
    /// The Dockerfile as errors name it.
    let dockerfileName: String
    let entries: ContextEntries
    /// Holds `folder`, and what belongs to it and is not the context's.
    let holder: ContextHolder
}

/// The folder of one build's context below the engine's.
struct ContextHolder: Sendable {
    let path: String

    /// Makes a new one. Errors: those of the disk.
    init(in folder: String) throws {
        try HostDirectory.make(folder)
        // As the folders of layers.
        try? FD.open(at: RawPath(folder), .directory).keepSubdirectoriesApart()
        path = "\(folder)/\(ContainerID.random().short)\(ContainerID.random().short)"
        try HostDirectory.make(path)
    }

    var files: String { path + "/files" }
    var repository: String { path + "/repository" }

    func makeFiles() throws -> FDBox {
        // A context whose archive says nothing of its root.
        try HostDirectory.make(files, mode: 0o755)
        return FDBox(try FD.open(at: RawPath(files), .directory))
    }

    func remove() throws { try HostDirectory.removeTree(path) }
}

extension Engine {
    /// The build has ended: its files go, behind the client's back.
    func discard(_ context: BuildContext) { discard(context.holder) }

    func discard(_ holder: ContextHolder) {
        workers.submit { [self] in attempt("remove a build's context") { try holder.remove() } }
    }

    /// What an engine left that was killed. New ones have other names, so nobody has to wait for it.
    func removeOldContexts() {
        let contexts = (try? HostDirectory.entries(paths.contexts)) ?? []
        let left = contexts.map { paths.contexts + "/" + $0 } + caches.leftovers()
        guard !left.isEmpty else { return }
        workers.submit { [self] in
            for path in left { attempt("remove what a build left") { try HostDirectory.removeTree(path) } }
        }
    }
}
