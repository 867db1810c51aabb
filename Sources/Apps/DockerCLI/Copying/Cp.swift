internal import APIModel
internal import EngineClient
internal import Flags
internal import HostSystem
internal import Primitives

extension Command {
    static let cp = Command(
        "cp", "CONTAINER:SRC_PATH DEST_PATH|- | SRC_PATH|- CONTAINER:DEST_PATH",
        about: "Copy files/folders between a container and the local filesystem", count: 2...2,
        flags: [
            Flag("a", "archive", help: "Archive mode (copy all uid/gid information)"),
            Flag("L", "follow-link", help: "Always follow symbol link in SRC_PATH"),
            Flag("q", "quiet", help: "Suppress progress output during copy (as it is without a terminal)"),
        ]
    ) { invocation in
        guard !invocation.argument(0).isEmpty else { throw CommandFailure("source can not be empty") }
        guard !invocation.argument(1).isEmpty else { throw CommandFailure("destination can not be empty") }
        let source = CopyPath.split(invocation.argument(0))
        let target = CopyPath.split(invocation.argument(1))
        switch (source.container.isEmpty, target.container.isEmpty) {
        case (false, true): try invocation.copyOut(source.container, source.path, to: target.path)
        case (true, false): try invocation.copyIn(source.path, to: target.container, target.path)
        case (false, false): throw CommandFailure("copying between containers is not supported")
        case (true, true): throw CommandFailure("must specify at least one container source")
        }
        return 0
    }
}

extension Invocation {
    /// Without a word about it only a terminal hears of the copy.
    private var isQuiet: Bool { flags.isSet("quiet") ? flags.bool("quiet") : !console.output.isTerminal }

    private func absolute(_ path: String) throws -> String {
        let whole = path.hasPrefix("/") ? path : try LocalPath.workingDirectory() + "/" + path
        return CopyPath.keepingEnd(of: path, CopyPath.clean(whole))
    }

    fileprivate func copyOut(_ container: String, _ path: String, to word: String) throws {
        let target = word == "-" ? word : try absolute(word)
        try checkOutput(target)
        var source = CopySource(path: path, isFolder: false, newName: nil)
        if flags.bool("follow-link"), let stat = try stat(container, path), stat.mode.contains(.symbolicLink) {
            (source.path, source.newName) = CopyPath.resolved(path, to: joined(stat.linkTarget, beside: path))
        }
        guard target != "-" else {
            return try client.readArchive(container, source.path, begin: { _ in }, { try console.output.write($0) })
        }
        let progress = CopyProgress(console, "Copying from container - ", isQuiet: isQuiet)
        var unpacker: LocalUnpacker?
        do {
            try client.readArchive(container, source.path) { stat in
                source.isFolder = stat.mode.contains(.directory)
                var plan = try CopyPlan(source, to: CopyTarget(local: target))
                // The archive has the name that the link led to.
                let name = CopyPath.entry(source.path).name
                if let newName = source.newName { plan.renaming = (name, plan.renaming?.to ?? newName) }
                unpacker = try LocalUnpacker(plan)
            } _: { bytes in
                progress.passed(Int64(bytes.count))
                try unpacker?.take(bytes)
            }
            try unpacker?.finish()
        } catch {
            progress.clear()
            throw error
        }
        progress.finish(target)
    }

    /// Errors: no folder for it, or something there that is neither file nor folder.
    private func checkOutput(_ path: String) throws {
        let folder = CopyPath.folder(CopyPath.clean(path))
        if folder != ".", try LocalPath.facts(folder, followsLink: true) == nil {
            throw CommandFailure("invalid output path: directory \"\(folder)\" does not exist")
        }
        guard let kind = try LocalPath.facts(path, followsLink: true)?.kind else { return }
        if kind == .characterDevice || kind == .blockDevice {
            throw CommandFailure(
                "invalid output path: \"\(path)\" must be a directory or a regular file: got a device")
        }
    }

    private func joined(_ target: String, beside path: String) -> String {
        target.hasPrefix("/") ? target : CopyPath.join(CopyPath.entry(path).folder, target)
    }

    fileprivate func copyIn(_ word: String, to container: String, _ path: String) throws {
        let local = word == "-" ? word : try absolute(word)
        let target = try containerTarget(container, path)
        let isOwned = flags.bool("archive")
        let header = "Copying to container - "
        guard local != "-" else {
            guard target.isFolder == true else {
                throw CommandFailure("destination \"\(container):\(path)\" must be a directory")
            }
            try client.extractArchive(container, target.path, ownedByUser: isOwned) { upload in
                while case let bytes = try console.input.read(limit: 256 << 10), !bytes.isEmpty {
                    try upload.write(bytes)
                }
            }
            return CopyProgress(console, header, isQuiet: isQuiet).finish("\(container):\(target.path)")
        }
        let source = try CopySource(local: local, followsLink: flags.bool("follow-link"))
        let plan = try CopyPlan(source, to: target)
        let name = plan.renaming?.to ?? source.newName ?? CopyPath.entry(source.path).name
        let progress = CopyProgress(console, header, isQuiet: isQuiet)
        do {
            try client.extractArchive(container, plan.folder, ownedByUser: isOwned) { upload in
                var packer = LocalPacker(CountedUpload(upload: upload, progress: progress))
                try packer.pack(source.path, as: name)
            }
        } catch {
            progress.clear()
            throw error
        }
        progress.finish("\(container):\(target.path)")
    }

    /// Nil where nothing is. Errors: all others; without them a copy would take a link for what it leads to.
    private func stat(_ container: String, _ path: String) throws(EngineError) -> ContainerPathStat? {
        do throws(EngineError) { return try client.pathStat(container, path) } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    /// The same, nil also where the engine failed: to this call it can't say why, and to the copy it can.
    private func statOfTarget(_ container: String, _ path: String) throws(EngineError) -> ContainerPathStat? {
        do throws(EngineError) { return try stat(container, path) } catch {
            guard error.kind == .internal else { throw error }
            return nil
        }
    }

    /// A symbolic link at the end is followed.
    private func containerTarget(_ container: String, _ path: String) throws -> CopyTarget {
        var target = CopyTarget(path: path)
        guard var stat = try statOfTarget(container, path) else { return target }
        if stat.mode.contains(.symbolicLink) {
            target.path = joined(stat.linkTarget, beside: path)
            guard let there = try statOfTarget(container, target.path) else { return target }
            stat = there
        }
        for (kind, word) in [(ContainerPathStat.FileMode.device, "a device"), (.irregular, "an irregular file")]
        where stat.mode.contains(kind) {
            throw CommandFailure(
                "destination \"\(container):\(path)\" must be a directory or a regular file: got \(word)")
        }
        target.isFolder = stat.mode.contains(.directory)
        return target
    }
}

/// An upload that a progress is told of.
private struct CountedUpload: ArchiveSink {
    let upload: ArchiveUpload
    let progress: CopyProgress

    func write(_ bytes: [UInt8]) throws {
        try upload.write(bytes)
        progress.passed(Int64(bytes.count))
    }

    func write(from file: Descriptor, count: Int64) throws -> Int64 {
        var rest = count
        while rest > 0 {
            let piece = min(rest, 8 << 20)
            let sent = try upload.write(from: file, count: piece)
            progress.passed(sent)
            rest -= sent
            if sent < piece { break }
        }
        return count - rest
    }
}
