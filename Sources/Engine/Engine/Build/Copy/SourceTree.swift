internal import Dockerfile
internal import ImageBuilder
internal import LinuxSystem
internal import Primitives

/// The tree that sources are looked up in: the context, or an image. Links are followed as if its root were `/`.
struct SourceTree {
    let root: FDBox
    let entries: ContextEntries
    let isContext: Bool

    /// What a source names, patterns and links resolved. Errors: `badParameter` for what isn't there.
    func items(_ source: String, _ copy: CopyStep) throws -> [CopySources.Item] {
        let cleaned = SlashPath.clean(source)
        guard !isContext || (cleaned != ".." && !cleaned.hasPrefix("../")) else {
            throw EngineError(
                .badParameter, "\(copy.keyword) failed: forbidden path outside the build context: \(source) ()")
        }
        let excludes = try IgnoreRules(copy.excludes)
        let isPattern = GlobPattern.isPattern(source)
        let real = isContext ? SlashPath.clean("/" + source) : try Self.withoutLinks(source, in: root)
        let path = String(real.dropFirst())
        let found = isPattern ? try matches(path) : [path]
        return try found.compactMap { path throws(EngineError) in
            try item(path, named: isPattern ? path : source, written: source, copy, excludes)
        }
    }

    private func matches(_ pattern: String) throws(EngineError) -> [String] {
        guard let glob = GlobPattern(pattern) else {
            throw EngineError(.badParameter, "syntax error in pattern: \(pattern)")
        }
        return entries.all.map(\.path.string).filter(glob.matches)
    }

    /// Nil when it is left out.
    private func item(
        _ path: String, named given: String, written: String, _ copy: CopyStep, _ excludes: IgnoreRules
    ) throws(EngineError) -> CopySources.Item? {
        let entry = try resolved(path, written, copy)
        let name = SlashPath.clean("/" + given).split(separator: "/").last.map { RawPath(String($0)) } ?? RawPath("")
        guard entry.kind == .directory || !excludes.ignores(name.string) else { return nil }
        var item = CopySources.Item(name: name, content: .tree(entry, below: below(entry, excludes)))
        if copy.keepsParents { item.parents = parents(of: path, written) }
        return item
    }

    /// The folders above a source that are made, too: those behind `/./`, if it has that.
    private func parents(of path: String, _ written: String) -> [ContextEntry] {
        let pivot = written.firstRange(of: "/./").map { written[..<$0.lowerBound].split(separator: "/").count } ?? 0
        let parts = path.split(separator: "/").dropLast()
        return parts.indices.dropFirst(pivot).compactMap { index in
            entries[RawPath(parts[...index].joined(separator: "/"))].map { entry in
                var entry = entry
                entry.path = RawPath(parts[pivot...index].joined(separator: "/"))
                return entry
            }
        }
    }

    /// All below a folder that isn't left out, by paths from the folder.
    private func below(_ folder: ContextEntry, _ excludes: IgnoreRules) -> [ContextEntry] {
        guard folder.kind == .directory else { return [] }
        let start = folder.path.isEmpty ? 0 : folder.path.count + 1
        var kept: [ContextEntry] = []
        for entry in entries.below(folder.path) {
            var entry = entry
            entry.path = RawPath(entry.path.bytes.dropFirst(start))
            if excludes.isEmpty || !excludes.ignores(entry.path.string) { kept.append(entry) }
        }
        return kept
    }

    /// The entry that a path means. Errors: `badParameter` when there is none, in Docker's words.
    private func resolved(_ path: String, _ written: String, _ copy: CopyStep) throws(EngineError) -> ContextEntry {
        if let entry = lookUp(path) { return entry }
        let reason =
            isContext
            ? "file not found in build context or excluded by .dockerignore: stat \(path): file does not exist"
            : "stat \(path): file does not exist"
        throw EngineError(.badParameter, "\(copy.keyword) failed: \(reason)")
    }

    /// Follows links, within the tree and not for ever.
    private func lookUp(_ path: String) -> ContextEntry? {
        var rest = Array(path.split(separator: "/").map { RawPath(String($0)) }.reversed())
        var done = RawPath("")
        var current = top
        var links = 0
        while let part = rest.popLast() {
            if part == "." || part.isEmpty { continue }
            if part == ".." {
                done = RawPath(done.bytes[..<(done.bytes.lastIndex(of: UInt8(ascii: "/")) ?? done.bytes.startIndex)])
                current = done.isEmpty ? top : entries[done] ?? top
                continue
            }
            guard current.kind == .directory, let entry = entries[done.appending(part)] else { return nil }
            if entry.kind == .symbolicLink, let target = entry.target {
                links += 1
                guard links <= 40 else { return nil }
                if target.bytes.first == UInt8(ascii: "/") { (done, current) = (RawPath(""), top) }
                rest += target.bytes.split(separator: UInt8(ascii: "/")).map { RawPath($0) }.reversed()
                continue
            }
            (done, current) = (entry.path, entry)
        }
        return current
    }

    /// The root, which no tree has an entry of.
    private var top: ContextEntry {
        let stat = try? root.fd.stat()
        return ContextEntry(
            path: RawPath(""), kind: .directory, mode: stat?.mode ?? 0o755, size: 0,
            modified: stat?.modified ?? FileTime(seconds: 0))
    }
}

// Of an image only a part is read.
extension SourceTree {
    /// A path in an image as it is without links, and as it is called. Errors: those of the disk.
    static func withoutLinks(_ path: String, in root: FDBox) throws -> String {
        let path = SlashPath.clean("/" + path)
        let parts = path.split(separator: "/")
        // What is a pattern, and what follows, is looked up later.
        let fixed = parts.prefix { !GlobPattern.isPattern(String($0)) }
        guard !fixed.isEmpty,
            let place = try? RootDirectory(root.fd.duplicate()).open("/" + fixed.joined(separator: "/"), .path)
        else { return path }
        let real = try FD.open(at: "/proc/self/fd", .directory).readLink(RawPath("\(place.rawValue)")).string
        let base = try FD.open(at: "/proc/self/fd", .directory).readLink(RawPath("\(root.fd.rawValue)")).string
        // A layer's folder has a place on the host, a mount that is nowhere has none.
        let inside = base != "/" && real.hasPrefix(base) ? String(real.dropFirst(base.count)) : real
        return SlashPath.clean("/" + inside + "/" + parts.dropFirst(fixed.count).joined(separator: "/"))
    }

    /// The entries that sources can mean: the folders and files themselves with all below them. Paths are without links.
    static func entries(of root: FDBox, for paths: [String]) throws -> ContextEntries {
        let fixed = paths.map { path in
            path.split(separator: "/").prefix { !GlobPattern.isPattern(String($0)) }.joined(separator: "/")
        }
        var all: [ContextEntry] = []
        for path in minimal(fixed) {
            guard !path.isEmpty else { return try ContextWalk.image.entries(of: root) }
            all += try entries(of: root, at: path)
        }
        return ContextEntries(all.sorted { ContextEntries.precedes($0.path, $1.path) }.unique)
    }

    /// Without those that lie below others.
    private static func minimal(_ paths: [String]) -> [String] {
        guard !paths.contains("") else { return [""] }
        return Set(paths).filter { path in !paths.contains { path != $0 && path.hasPrefix($0 + "/") } }.sorted()
    }

    /// The way to a path, and what is there; shorter when there is nothing.
    private static func entries(of root: FDBox, at path: String) throws -> [ContextEntry] {
        var folder = FDBox(try root.fd.open(".", [.directory]))
        var found: [ContextEntry] = []
        var done = RawPath("")
        for part in path.split(separator: "/").map({ RawPath(String($0)) }) {
            guard let stat = try folder.fd.statIfPresent(part) else { return found }
            done = done.appending(part)
            found.append(try ContextWalk.image.entry(part, done, in: folder))
            guard stat.kind == .directory else { return found }
            folder = FDBox(try folder.fd.open(part, [.directory, .noFollow]))
        }
        for var entry in try ContextWalk.image.entries(of: folder).all {
            entry.path = done.appending(entry.path)
            found.append(entry)
        }
        return found
    }
}

extension [ContextEntry] {
    /// Of neighbours with one path the first.
    fileprivate var unique: [ContextEntry] {
        var result: [ContextEntry] = []
        for entry in self where result.last?.path != entry.path { result.append(entry) }
        return result
    }
}
