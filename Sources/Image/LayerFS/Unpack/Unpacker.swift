import LinuxSystem
import Primitives
import TarCodec

/// Makes the files of an archive below a root, entry by entry. One file per verb: see the extensions.
final class Unpacker {
    let root: FDBox
    let options: UnpackOptions
    let chain: DirectoryChain
    /// For targets of hard links, so that they do not drive the main chain back and forth.
    let linkChain: DirectoryChain
    var times = DirectoryTimes()
    /// Bytes of regular files.
    var size: Int64 = 0
    /// Only in `.copyLayer`: hashes of the paths this layer made, which its opaque marks leave alone.
    var made: Set<Int> = []
    /// Only in `.copyLayer`: what the current entry would replace is this archive's own.
    var replacesOwn = false
    /// False once something that this archive made has been replaced or removed by it.
    var isRepeatable = true
    /// Where the current file gets its name at the end, if it has none yet.
    private var nameless: FDBox?
    private var hasLinkFolder = false
    private let recipe: RecipeWriter?

    /// The file being written, and where its next bytes go.
    private var current: (file: FDBox, path: EntryPath, entry: TarEntry, written: Int64)?

    init(root: FDBox, options: UnpackOptions, recipe: RecipeWriter? = nil) {
        self.root = root
        self.options = options
        self.recipe = recipe
        chain = DirectoryChain(root: root)
        linkChain = DirectoryChain(root: root)
    }

    func handle(_ event: TarEvent, _ input: UnsafeRawBufferPointer) throws {
        switch event {
        case .entry(let entry):
            do {
                try options.room.trying { try begin(entry) }
            } catch let error as SystemError {
                throw error.about(entry.displayName)
            }
        case .data(let offset, let count):
            let bytes = UnsafeRawBufferPointer(rebasing: input[..<count])
            try options.room.trying { try write(bytes, at: offset) }
        case .entryEnd:
            try end()
        case .archiveEnd:
            break
        }
    }

    /// Notes for the recipe what a step of the reader took from the archive. Comes before the event is handled.
    func record(_ event: TarEvent?, _ taken: UnsafeRawBufferPointer) throws {
        guard let recipe else { return }
        if case .data(let offset, let count) = event, let path = current?.path, !isInLinkFolder(path) {
            return try recipe.add(content: count, at: offset, of: path)
        }
        try recipe.add(literal: taken)
        if event == .entryEnd { try recipe.endFile() }
    }

    private func isInLinkFolder(_ path: EntryPath) -> Bool {
        hasLinkFolder && path.parts.first?.elementsEqual(Whiteout.linkFolder) == true
    }

    /// After the last entry: times of directories, and aufs's folder of link sources goes.
    func finish(sha256: [UInt8]) throws {
        try recipe?.finish(sha256: sha256)
        if hasLinkFolder { try root.fd.removeTree(RawPath(Whiteout.linkFolder)) }
        chain.forget()
        try times.apply(root: root, chain: chain)
    }

    private func begin(_ entry: TarEntry) throws {
        guard let name = EntryPath(entry.name) else { throw InvalidTar.breakout(entry.displayName) }
        if name.isRoot, !options.base.isEmpty { return }
        let path = name.below(options.base)
        if options.mode.isLayer, try takeWhiteout(entry, path) { return }
        if path.isRoot {
            guard entry.kind == .directory else { throw InvalidTar.entry(entry.displayName, "the root is a directory") }
            try setMetadata(entry, of: ".", in: root)
            times.add(path, entry.fileTime)
            return
        }
        let parent = try chain.directory(path.parents, makingMissing: 0o755)
        if options.mode == .copyLayer { noteMade(path) }
        options.contents?.note(entry)
        try make(entry, path, in: parent)
    }

    /// True when the entry was a mark and not a file.
    private func takeWhiteout(_ entry: TarEntry, _ path: EntryPath) throws -> Bool {
        if let first = path.parts.first, first.starts(with: Whiteout.metadataPrefix),
            path.parts.count > 1 || !isOpaque(first)
        {
            // Hard links may point into this one folder; it is removed at the end.
            guard first.elementsEqual(Whiteout.linkFolder) else { return true }
            hasLinkFolder = true
            return path.parts.count < 2
        }
        guard let last = path.parts.last, let whiteout = Whiteout(name: last) else { return false }
        switch whiteout {
        case .metadata: break
        case .opaque: try makeOpaque(path)
        case .removal(let name): try remove(name, entry, path)
        }
        return true
    }

    private func isOpaque(_ name: ArraySlice<UInt8>) -> Bool { name.elementsEqual(Whiteout.opaqueName) }

    private func make(_ entry: TarEntry, _ path: EntryPath, in parent: FDBox) throws {
        let name = path.base
        if options.keepsKinds { try checkKind(entry, name, in: parent) }
        switch entry.kind {
        case .file: try openFile(entry, path, in: parent)
        case .directory: try makeDirectory(entry, path, in: parent)
        case .symbolicLink: try makeSymbolicLink(entry, path, in: parent)
        case .hardLink: try makeHardLink(entry, name, in: parent)
        case .characterDevice, .blockDevice, .fifo: try makeNode(entry, name, in: parent)
        case .other(let flag): throw InvalidTar.unhandledType(flag)
        }
    }

    private func checkKind(_ entry: TarEntry, _ name: RawPath, in parent: FDBox) throws {
        guard let there = try parent.fd.statIfPresent(name) else { return }
        let isDirectory = there.kind == .directory
        if isDirectory != (entry.kind == .directory) {
            throw InvalidTar.wrongKind(entry.displayName, replacesDirectory: isDirectory, in: options.base.string)
        }
    }

    private func openFile(_ entry: TarEntry, _ path: EntryPath, in parent: FDBox) throws {
        let name = path.base
        let flags: FileOpenFlags = [.writeOnly, .create, .exclusive, .noFollow]
        let file =
            try openNameless(in: parent)
            ?? replacing(name, in: parent) { () throws(SystemError) in
                FDBox(try parent.fd.open(name, flags, mode: 0o600))
            }
        let (sum, overflows) = size.addingReportingOverflow(entry.size)
        guard !overflows else { throw InvalidTar.tooLarge }
        size = sum
        current = (file, path, entry, 0)
        options.contents?.begin(entry)
    }

    /// Nil where the file system has no files without a name (EOPNOTSUPP, EISDIR on kernels before 3.11).
    private func openNameless(in parent: FDBox) throws(SystemError) -> FDBox? {
        nameless = nil
        guard options.hidesUnfinished else { return nil }
        do {
            let file = FDBox(try parent.fd.open(".", [.writeOnly, .temporary], mode: 0o600))
            nameless = parent
            return file
        } catch {
            guard error.errno == 95 || error.errno == 21 || error.errno == 2 else { throw error }
            return nil
        }
    }

    private func giveName(to file: FDBox, _ path: EntryPath) throws(SystemError) {
        guard let parent = nameless else { return }
        nameless = nil
        try replacing(path.base, in: parent) { () throws(SystemError) in
            try file.fd.link(into: parent.fd, as: path.base)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        guard let (file, _, entry, written) = current else { return }
        do {
            try file.fd.writeAll(bytes, at: offset)
        } catch let error {
            throw error.about(entry.displayName)
        }
        if offset == written { current?.written += Int64(bytes.count) }
        options.contents?.add(bytes)
    }

    private func end() throws {
        guard let (file, path, entry, written) = current else { return }
        current = nil
        do {
            if written < entry.size { try file.fd.truncate(to: entry.size) }
            try setMetadata(entry, of: file)
            try giveName(to: file, path)
            if let contents = options.contents { contents.end(inode: try file.fd.stat().inode) }
        } catch let error as SystemError {
            throw error.about(entry.displayName)
        }
    }
}

extension SystemError {
    /// The same failure, with the entry's whole name in place of the last part of it.
    func about(_ name: String) -> SystemError { SystemError(errno: errno, call: call, subject: name) }
}
