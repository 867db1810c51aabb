public import APIModel
internal import LayerFS
internal import LinuxSystem
internal import OCIRuntime
public import Primitives

extension Engine {
    public func extract(
        _ archive: ByteChannel, into name: String, _ options: ExtractOptions
    ) async throws(EngineError) {
        let record = try containers.find(name).record
        let files = try await openFiles(of: name)
        try await transfers.run {
            let unpack = try Self.unpackOptions(options, record, files, of: name)
            let root = try files.root()
            let source = try archive.takeSource()
            do {
                try withExtendedLifetime(files) { try LayerArchive.extract(source, into: root, options: unpack) }
            } catch {
                // Why it was cut, if it was, says more than what was missing.
                throw archive.cutReason.map { EngineError(.badParameter, $0) } ?? EngineError(wrapping: error)
            }
            if let reason = archive.cutReason { throw EngineError(.badParameter, reason) }
        }
        publish("extract-to-dir", record)
    }

    private static func unpackOptions(
        _ options: ExtractOptions, _ record: ContainerRecord, _ files: ContainerFiles, of name: String
    ) throws -> UnpackOptions {
        let root = try files.directory()
        let place = ContainerPath(options.path)
        let kind: FileStat.Kind
        do { kind = try place.open(in: root, follows: true).stat().kind } catch {
            // ENOTDIR: a file with a slash behind it.
            if error.errno == 20 { throw notDirectory }
            throw error.errno == 2 ? place.missing(in: name) : EngineError(wrapping: error)
        }
        guard kind == .directory else { throw notDirectory }
        let resolved = try root.resolved(options.path)
        try checkWritable(resolved, record)
        var unpack = UnpackOptions()
        unpack.base = RawPath(resolved == "/" ? "." : String(resolved.dropFirst()))
        unpack.keepsKinds = options.keepsKinds
        unpack.hidesUnfinished = true
        if options.ownedByUser { unpack.owner = try user(of: record, in: root) }
        return unpack
    }

    private static let notDirectory = EngineError(.badParameter, "extraction point is not a directory")

    /// By what was asked for when the container was made, whether it runs or not.
    private static func checkWritable(_ path: String, _ record: ContainerRecord) throws(EngineError) {
        let mount = record.mounts.filter { mount in
            path == mount.destination || path.hasPrefix(mount.destination + "/")
        }.max { $0.destination.utf8.count < $1.destination.utf8.count }
        if let mount {
            guard mount.isWritable else { throw EngineError(.badParameter, "mounted volume is marked read-only") }
        } else if record.hostConfig.readonlyRootfs {
            throw EngineError(.badParameter, "container rootfs is marked read-only")
        }
    }

    /// Nil for a container of nobody in particular.
    private static func user(of record: ContainerRecord, in root: borrowing RootDirectory) throws -> FileOwner? {
        guard !record.config.user.isEmpty else { return nil }
        let lookup = UserLookup(passwd: root.text("/etc/passwd"), group: root.text("/etc/group"))
        do {
            let user = try lookup.resolve(record.config.user, additional: [])
            return FileOwner(uid: user.uid, gid: user.gid)
        } catch {
            throw EngineError(.badParameter, error.message, cause: error)
        }
    }
}

extension RootDirectory {
    /// A regular file of at most 16 MiB; empty for all else, which the container may have put there.
    fileprivate borrowing func text(_ path: String) -> String {
        do {
            let pinned = try open(path, .path)
            guard try pinned.stat().kind == .regular else { return "" }
            let file = try pinned.reopened(.readOnly)
            return String(decoding: try file.readAll(limit: 16 << 20), as: UTF8.self)
        } catch {
            return ""
        }
    }
}

extension ByteChannel {
    /// Gives the stream to a reader. Errors: it was taken before.
    fileprivate func takeSource() throws(EngineError) -> FDSource {
        guard let input = takeFD() else { throw EngineError(.internal, "the archive's stream is gone") }
        return FDSource(input)
    }
}
