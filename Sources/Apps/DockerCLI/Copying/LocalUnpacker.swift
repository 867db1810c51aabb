internal import HostSystem
internal import Primitives
internal import TarCodec

/// Makes the files of an archive below a folder of this machine, as the user's own. The archive may be hostile: no name in
/// it leads out of the folder, and no link is followed on the way.
final class LocalUnpacker {
    private let root: OpenFolder
    private let plan: CopyPlan
    private var reader = TarReader()
    /// The end that an archive says itself has come. Not all of them have one.
    private(set) var hasEnded = false
    /// Folders from the root to where the last entry was made.
    private var chain: [(name: [UInt8], folder: OpenFolder)] = []
    private var current: (file: Descriptor, entry: TarEntry, name: [UInt8], folder: OpenFolder)?
    /// What folders get when nothing more is put into them.
    private var folders: [(path: [[UInt8]], mode: UInt32, time: Timestamp)] = []

    init(_ plan: CopyPlan) throws(EngineError) {
        root = try OpenFolder(plan.folder)
        self.plan = plan
    }

    deinit { current?.file.closeNow() }

    /// The next bytes of the archive.
    func take(_ bytes: [UInt8]) throws {
        do {
            try bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while true {
                    let piece = UnsafeRawBufferPointer(rebasing: rest)
                    let (used, event) = try reader.step(piece)
                    guard let event else { return }
                    try handle(event, piece)
                    rest = rest.dropFirst(used)
                }
            }
        } catch let error as TarError {
            throw CommandFailure("invalid tar: \(error)")
        }
    }

    /// Nothing more comes. Errors: an archive that ends too early.
    func finish() throws {
        do { try reader.finish() } catch { throw CommandFailure("unexpected EOF") }
        // What is inside first: a folder's mode may forbid to go there.
        for (path, mode, time) in folders.reversed() {
            guard let name = path.last, let folder = try? folder(path.dropLast(), makesMissing: false) else { continue }
            try folder.setMode(name, mode)
            try folder.setModified(name, time)
        }
    }

    private func handle(_ event: TarEvent, _ input: UnsafeRawBufferPointer) throws {
        switch event {
        case .entry(let entry): try begin(entry)
        case .data(let offset, let count):
            try current?.file.write(UnsafeRawBufferPointer(rebasing: input[..<count]), at: offset)
        case .entryEnd: try end()
        case .archiveEnd: hasEnded = true
        }
    }

    private func begin(_ entry: TarEntry) throws {
        let path = try parts(plan.renamed(entry.name), of: entry)
        guard let name = path.last else { return }
        let parent = try folder(path.dropLast(), makesMissing: true)
        let there = try? parent.entry(name)
        if let there, (there.kind == .folder) != (entry.kind == .directory) {
            let (old, new) = there.kind == .folder ? ("directory", "non-directory") : ("non-directory", "directory")
            throw CommandFailure("cannot overwrite \(old) \"\(parent.path(of: name))\" with \(new) \"\(root.path)\"")
        }
        if there != nil, entry.kind != .directory { try parent.remove(name) }
        try make(entry, path, name, in: parent, isThere: there != nil)
    }

    private func make(
        _ entry: TarEntry, _ path: [[UInt8]], _ name: [UInt8], in parent: OpenFolder, isThere: Bool
    ) throws {
        switch entry.kind {
        case .file: current = (try parent.makeFile(name), entry, name, parent)
        case .directory:
            if !isThere { try parent.makeFolder(name) }
            folders.append((path, entry.mode, entry.time))
        case .symbolicLink:
            try parent.makeLink(name, to: entry.linkName)
            try parent.setModified(name, entry.time)
        case .hardLink:
            let target = try parts(plan.renamed(entry.linkName), of: entry)
            guard let last = target.last else { throw invalid(entry) }
            try parent.makeName(name, of: last, in: folder(target.dropLast(), makesMissing: false))
        case .characterDevice, .blockDevice:
            try parent.makeDevice(
                name, isCharacter: entry.kind == .characterDevice, major: UInt32(clamping: entry.deviceMajor),
                minor: UInt32(clamping: entry.deviceMinor))
            try parent.setMode(name, entry.mode)
        case .fifo:
            try parent.makePipe(name)
            try parent.setMode(name, entry.mode)
        case .other(let flag): throw CommandFailure("unhandled tar header type \(flag)")
        }
    }

    private func end() throws {
        guard let (file, entry, name, folder) = current else { return }
        current = nil
        defer { file.closeNow() }
        try file.setSize(entry.size)
        for attribute in entry.attributes {
            file.setAttribute(String(decoding: attribute.name, as: UTF8.self), attribute.value)
        }
        try file.setMode(entry.mode)
        try folder.setModified(name, entry.time)
    }

    private func folder(_ path: ArraySlice<[UInt8]>, makesMissing: Bool) throws -> OpenFolder {
        var depth = 0
        for part in path {
            if depth == chain.count || chain[depth].name != part { break }
            depth += 1
        }
        chain.removeSubrange(depth...)
        for part in path.dropFirst(depth) {
            let above = chain.last?.folder ?? root
            if makesMissing, (try? above.entry(part)) == nil {
                try above.makeFolder(part)
                try above.setMode(part, 0o755)
            }
            chain.append((part, try above.folder(part)))
        }
        return chain.last?.folder ?? root
    }

    /// Errors: a name that leads out of the folder.
    private func parts(_ name: [UInt8], of entry: TarEntry) throws -> [[UInt8]] {
        var result: [[UInt8]] = []
        for part in name.split(separator: 0x2f) where part != [0x2e] {
            guard part == [0x2e, 0x2e] else {
                result.append(Array(part))
                continue
            }
            guard result.popLast() != nil else { throw invalid(entry) }
        }
        return result
    }

    private func invalid(_ entry: TarEntry) -> CommandFailure {
        CommandFailure("invalid tar entry \"\(entry.displayName)\": it is outside of \(root.path)")
    }
}

extension TarEntry {
    fileprivate var time: Timestamp {
        Timestamp(seconds: modified.seconds, nanoseconds: Int64(modified.nanoseconds))
    }
}
