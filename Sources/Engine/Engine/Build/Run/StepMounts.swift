internal import APIModel
internal import Dockerfile
internal import ImageBuilder
internal import ImageStore
internal import LayerFS
internal import LinuxSystem
internal import Primitives

/// What a command of a build sees beside its image, and what has to be given back afterwards.
struct StepMounts: Sendable {
    var mounts: [ContainerMount] = []
    /// `NAME=value` of secrets that are variables. In no record.
    var secretVariables: [String] = []
    /// Folders that go at the command's end.
    var temporary: [String] = []
    /// By the caches' names.
    var caches: [String: CacheFolders.Lease] = [:]
    var agents: [AgentSocket] = []
}

extension BuildSession {
    /// Waits for caches that others have locked. Errors: `badParameter` for what can't be mounted.
    func prepareMounts(
        of run: RunStep, _ stages: [String: BuiltImage]
    ) async throws(EngineError) -> StepMounts {
        var mounts = StepMounts()
        do throws(EngineError) {
            mounts.caches = try await engine.caches.leases(of: run.mounts)
            if let script = run.script { try await add(script, to: &mounts) }
            for mount in run.mounts {
                switch mount.kind {
                case .bind: try await addBind(mount, stages[mount.from], to: &mounts)
                case .cache: try await addCache(mount, stages[mount.from], to: &mounts)
                case .tmpfs: addTmpfs(mount, to: &mounts)
                case .secret: try await addSecret(mount, to: &mounts)
                case .ssh: try await addAgent(mount, to: &mounts)
                }
            }
        } catch {
            release(mounts)
            throw error
        }
        return mounts
    }

    func release(_ mounts: StepMounts) {
        for lease in mounts.caches.values { lease.release() }
        for agent in mounts.agents { agent.close() }
        let folders = mounts.temporary
        guard !folders.isEmpty else { return }
        engine.workers.submit { [engine] in
            for folder in folders {
                engine.attempt("remove \(folder)") { try HostDirectory.removeTree(folder) }
            }
        }
    }

    /// A new folder that lasts as long as the command. `isPrivate`: in memory, where the run folder is.
    private func temporaryFolder(
        isPrivate: Bool = false, _ mounts: inout StepMounts
    ) async throws(EngineError) -> String {
        let base = isPrivate ? engine.paths.secrets : engine.paths.contexts
        let folder = base + "/" + ContainerID.random().description
        mounts.temporary.append(folder)
        try await engine.workers.run {
            try HostDirectory.make(base)
            try HostDirectory.make(folder, mode: 0o700)
        }
        return folder
    }

    private func add(_ script: RunStep.Script, to mounts: inout StepMounts) async throws(EngineError) {
        let folder = try await temporaryFolder(&mounts)
        let name = script.path.split(separator: "/").last.map(String.init) ?? "script"
        guard ![".", ".."].contains(name) else { throw EngineError(.badParameter, "invalid name of a script: \(name)") }
        try await engine.workers.run {
            let root = try FD.open(at: RawPath(folder), .directory)
            try root.setMode(0o755)
            let file = try root.open(RawPath(name), [.writeOnly, .create, .exclusive], mode: 0o755)
            try file.setMode(0o755)
            try file.writeAll(Array(script.content.utf8))
        }
        mounts.mounts.append(
            ContainerMount(kind: .bind, source: folder, destination: "/dev/pipes", isWritable: false))
    }

    private func addTmpfs(_ mount: RunMount, to mounts: inout StepMounts) {
        var options = ["exec"]
        if let size = mount.size { options.append("size=\(size.bytes)") }
        mounts.mounts.append(
            ContainerMount(kind: .tmpfs, source: "", destination: target(of: mount), options: options))
    }

    private func target(of mount: RunMount) -> String { mount.place }
}

// Files of the context, of an image, of a stage.
extension BuildSession {
    private func addBind(
        _ mount: RunMount, _ image: BuiltImage?, to mounts: inout StepMounts
    ) async throws(EngineError) {
        guard !mount.target.isEmpty else { throw EngineError(.badParameter, "invalid mount: a bind needs a target") }
        // What may be written to is a copy: nothing of it stays.
        let isCopied = !mount.isReadOnly
        let context = contexts[mount.from] ?? contexts.main
        var source = isCopied ? nil : try await place(mount.source, of: image, or: context)
        if source == nil {
            let folder = try await temporaryFolder(&mounts)
            try await engine.workers.run { [self] in
                try copyTree(mount.source, of: image, or: context, into: folder + "/files")
            }
            source = folder + "/files"
        }
        mounts.mounts.append(
            ContainerMount(
                kind: .bind, source: source ?? "", destination: target(of: mount), isWritable: !mount.isReadOnly))
    }

    /// Where the files are on the host; nil when they lie in several layers. Without an image they are the context's.
    private func place(
        _ path: String, of image: BuiltImage?, or context: BuildContext
    ) async throws(EngineError) -> String? {
        try await engine.workers.run { [self] in
            guard let image else { return try Self.place(path, in: context.root.fd) }
            guard !image.id.isEmpty else { return nil }
            let mounts = try engine.images.mounts(of: try engine.images.resolve(image.id))
            guard let mount = mounts.first, mounts.count == 1, mount.type == "bind" else { return nil }
            return try Self.place(path, in: FD.open(at: RawPath(mount.source), .directory))
        }
    }

    /// Links are followed inside the root. Nobody changes what lies there, so a name will do from then on.
    private static func place(_ path: String, in root: borrowing FD) throws -> String {
        do {
            let place = try RootDirectory(root.duplicate()).open(path, .path)
            return try FD.open(at: "/proc/self/fd", .directory).readLink(RawPath("\(place.rawValue)")).string
        } catch {
            throw EngineError(.badParameter, "failed to mount \(path): \(error.reason)", cause: error)
        }
    }

    private func copyTree(
        _ path: String, of image: BuiltImage?, or context: BuildContext, into folder: String
    ) throws {
        let root: FDBox
        if let image {
            root = try engine.openFiles(of: image.id)
        } else {
            root = context.root
        }
        let source = try RootDirectory(root.fd.duplicate()).open(path, [.directory])
        try HostDirectory.make(folder, mode: 0o755)
        try TreeCopy.copy(from: source, to: FD.open(at: RawPath(folder), .directory))
    }
}

// Caches, secrets and agents.
extension BuildSession {
    private func addCache(
        _ mount: RunMount, _ image: BuiltImage?, to mounts: inout StepMounts
    ) async throws(EngineError) {
        guard !mount.target.isEmpty else { throw EngineError(.badParameter, "invalid mount: a cache needs a target") }
        guard let lease = mounts.caches[mount.cacheName] else {
            throw EngineError(.internal, "nobody has leased cache \(mount.cacheName)")
        }
        let named = mount.from.isEmpty ? nil : contexts[mount.from]
        try await engine.workers.run { [self] in
            try lease.make(mode: mount.mode ?? 0o755, uid: mount.uid ?? 0, gid: mount.gid ?? 0) { made in
                // A new cache begins with what the image or the context has there, all of it even after a loss of power.
                let files = try image.map { try $0.id.isEmpty ? nil : engine.openFiles(of: $0.id) } ?? named?.root
                guard let files else { return }
                let root = RootDirectory(try files.fd.duplicate())
                try TreeCopy.copy(from: try root.open(mount.source, [.directory]), to: made.fd)
                try made.fd.syncFileSystem()
            }
        }
        mounts.mounts.append(
            ContainerMount(
                kind: .bind, source: lease.files, destination: target(of: mount), isWritable: !mount.isReadOnly))
    }

    private func addAgent(_ mount: RunMount, to mounts: inout StepMounts) async throws(EngineError) {
        let id = mount.id.isEmpty ? "default" : mount.id
        guard agents.agents.contains(id) else {
            guard mount.isRequired else { return }
            throw EngineError(.badParameter, "no SSH key \"\(id)\" forwarded from the client")
        }
        let folder = try await temporaryFolder(isPrivate: true, &mounts)
        let (mode, uid, gid) = (mount.mode ?? 0o600, mount.uid ?? 0, mount.gid ?? 0)
        let socket = try await engine.workers.run { try AgentSocket(in: folder, mode: mode, uid: uid, gid: gid) }
        engine.agentListeners.submit { [engine, agents] in
            engine.attempt("forward an agent") { try socket.serve { agents.enter($0, wanting: id) } }
        }
        let place = mount.target.isEmpty ? "/run/buildkit/ssh_agent.\(mounts.agents.count)" : target(of: mount)
        if mounts.agents.isEmpty { mounts.secretVariables.append("SSH_AUTH_SOCK=" + place) }
        mounts.agents.append(socket)
        mounts.mounts.append(
            ContainerMount(kind: .bind, source: folder + "/agent", destination: place, isWritable: true))
    }

    private func addSecret(_ mount: RunMount, to mounts: inout StepMounts) async throws(EngineError) {
        let named = [mount.id, mount.source, mount.target].first { !$0.isEmpty } ?? ""
        let id =
            mount.id.isEmpty && mount.source.isEmpty ? named.split(separator: "/").last.map(String.init) ?? "" : named
        guard let value = request.secrets[id] else {
            guard mount.isRequired else { return }
            throw EngineError(.badParameter, "secret \(id): not found")
        }
        if let variable = mount.variable {
            let name = variable.isEmpty ? id : variable
            guard !value.contains(0) else { throw EngineError(.badParameter, "secret \(id) is no text") }
            mounts.secretVariables.append(name + "=" + String(decoding: value, as: UTF8.self))
            guard !mount.target.isEmpty else { return }
        }
        let folder = try await temporaryFolder(isPrivate: true, &mounts)
        let (mode, uid, gid) = (mount.mode ?? 0o400, mount.uid ?? 0, mount.gid ?? 0)
        try await engine.workers.run {
            let root = try FD.open(at: RawPath(folder), .directory)
            let file = try root.open("secret", [.writeOnly, .create, .exclusive], mode: 0o600)
            try file.writeAll(value)
            try file.setOwner(uid: uid, gid: gid)
            try file.setMode(mode)
        }
        mounts.mounts.append(
            ContainerMount(
                kind: .bind, source: folder + "/secret",
                destination: mount.target.isEmpty ? "/run/secrets/" + id : target(of: mount), isWritable: false))
    }
}
