public import APIModel
internal import LayerFS
internal import LinuxSystem
public import Primitives

extension Engine {
    public func readArchive(
        _ name: String, _ path: String, followsLink: Bool
    ) async throws(EngineError) -> (stat: ContainerPathStat, archive: ByteChannel) {
        let record = try containers.find(name).record
        let files = try await openFiles(of: name)
        let place = ContainerPath(path)
        let source = try await workers.run { [self] in try archiveSource(place, in: files, of: name, followsLink) }
        do {
            var pair = try SocketPair(buffer: SocketPair.archiveBytes)
            let output = FDBox(pair.takeFirst())
            let channel = ByteChannel(pair.takeSecond())
            try transfers.submit { [self] in
                // The archive's reader sees a failure as a stream that ends before its trailer.
                attempt("pack \(path) of \(record.name)") {
                    // The files stay open until all is packed.
                    try withExtendedLifetime(files) { try source.write(to: FDSink(output)) }
                }
            }
            publish("archive-path", record)
            return (source.stat, channel)
        } catch {
            throw EngineError(wrapping: error)
        }
    }

    /// A directory is packed from inside, so that what its name stands for later does not matter.
    private func archiveSource(
        _ place: ContainerPath, in files: ContainerFiles, of name: String, _ follows: Bool
    ) throws -> ArchiveSource {
        var stat = try place.stat(in: files, of: name, follows: follows)
        let root = try files.directory()
        if follows {
            let resolved = ContainerPath(try root.resolved(place.text))
            stat.name = resolved.base
            return try archiveSource(resolved, stat, in: root, of: name)
        }
        return try archiveSource(place, stat, in: root, of: name)
    }

    private func archiveSource(
        _ place: ContainerPath, _ stat: ContainerPathStat, in root: borrowing RootDirectory, of name: String
    ) throws -> ArchiveSource {
        do {
            let newName = RawPath(stat.name)
            guard !stat.mode.contains(.directory) else {
                let directory = FDBox(try place.open(in: root))
                return ArchiveSource(stat: stat, parent: directory, entry: ".", newName: newName)
            }
            let parent = ContainerPath(place.parent)
            let directory = FDBox(try parent.open(in: root, follows: true))
            return ArchiveSource(stat: stat, parent: directory, entry: newName, newName: newName)
        } catch  where error.errno == 2 {
            throw place.missing(in: name)
        }
    }
}

private struct ArchiveSource: Sendable {
    var stat: ContainerPathStat
    var parent: FDBox
    var entry: RawPath
    var newName: RawPath

    func write(to sink: any ByteSink) throws { try TreeArchive.write(entry, of: parent, as: newName, to: sink) }
}

extension ContainerPath {
    /// What its last part is in; for a path that doesn't end in `/`.
    var parent: String {
        guard let slash = text.lastIndex(of: "/") else { return "/" }
        return String(text[...slash])
    }
}
