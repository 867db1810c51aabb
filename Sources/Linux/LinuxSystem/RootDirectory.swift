/// A directory that stands for `/`: paths under it are somebody else's and may hold any link.
///
/// Every walk is done by the kernel with RESOLVE_IN_ROOT, or component by component here where something has to be
/// made on the way; the answer is a descriptor, never a path, so that a link swapped in later changes nothing.
public struct RootDirectory: ~Copyable {
    public let fd: FD

    public init(_ fd: consuming FD) { self.fd = fd }

    /// Opens what `path` means inside the root. Magic links of procfs are refused (ELOOP).
    public borrowing func open(
        _ path: String, _ flags: FileOpenFlags, mode: UInt32 = 0
    ) throws(SystemError) -> FD {
        try fd.open(Self.relative(path), flags, mode: mode, resolve: [.inRoot, .noMagicLinks])
    }

    /// What a last component is to be, when it has to be made.
    public enum Missing: Sendable {
        case directory
        /// An empty regular file.
        case file
    }

    /// An O_PATH descriptor of `path`, with missing directories and the last component made: directories with
    /// `mode`, files 0755 as runc makes them. Links are followed inside the root, dangling ones too.
    public borrowing func open(_ path: String, making missing: Missing, mode: UInt32 = 0o755) throws(SystemError) -> FD
    {
        do {
            return try open(path, .path)
        } catch {
            guard error.errno == 2 else { throw error }
        }
        var walk = Walk(rest: Self.components(path))
        while let name = walk.next() { try step(name, &walk, missing, mode) }
        return try open(walk.path, .path)
    }

    /// Where a walk is: `done` holds no links and no `..`.
    private struct Walk {
        var done: [Substring] = []
        var rest: [Substring]
        var links = 0

        init(rest: [Substring]) { self.rest = rest.reversed() }
        mutating func next() -> Substring? { rest.popLast() }
        var path: String { "/" + done.joined(separator: "/") }

        mutating func follow(_ target: String) throws(SystemError) {
            links += 1
            guard links <= 40 else { throw SystemError(errno: 40, call: "open", subject: path) }
            if target.hasPrefix("/") { done = [] }
            rest.append(contentsOf: RootDirectory.components(target).reversed())
        }
    }

    /// Where `path` leads when every link on the way is followed: absolute, without a link, `.` or `..` as far as there is
    /// anything; what is missing stays as it was written. For people and for comparisons: it may be wrong a moment later.
    /// Errors: ELOOP after 40 links.
    public borrowing func resolved(_ path: String) throws(SystemError) -> String {
        var walk = Walk(rest: Self.components(path))
        while let name = walk.next() {
            if name == ".." {
                _ = walk.done.popLast()
                continue
            }
            if let target = linkTarget(of: name, in: walk.path) {
                try walk.follow(target)
            } else {
                walk.done.append(name)
            }
        }
        return walk.path
    }

    /// Nil for what is no link.
    private borrowing func linkTarget(of name: Substring, in directory: String) -> String? {
        do {
            let parent = try fd.open(
                Self.relative(directory), [.path, .directory], resolve: [.inRoot, .noSymbolicLinks])
            return try parent.readLink(RawPath(String(name))).string
        } catch {
            return nil
        }
    }

    private borrowing func step(
        _ name: Substring, _ walk: inout Walk, _ missing: Missing, _ mode: UInt32
    ) throws(SystemError) {
        if name == ".." {
            _ = walk.done.popLast()
            return
        }
        let parent = try fd.open(
            Self.relative(walk.path), [.path, .directory], resolve: [.inRoot, .noSymbolicLinks])
        let entry = RawPath(String(name))
        switch try parent.statIfPresent(entry)?.kind {
        case .symbolicLink:
            return try walk.follow(try parent.readLink(entry).string)
        case .some: break
        case nil where walk.rest.isEmpty && missing == .file:
            // O_EXCL: whatever has come there meanwhile is not opened for writing.
            _ = try parent.open(entry, [.create, .exclusive, .writeOnly], mode: 0o755)
        case nil:
            try parent.makeDirectory(entry, mode: mode)
        }
        walk.done.append(name)
    }

    private static func components(_ path: String) -> [Substring] {
        path.split(separator: "/").filter { $0 != "." }
    }

    private static func relative(_ path: String) -> RawPath {
        let trimmed = path.drop { $0 == "/" }
        return RawPath(trimmed.isEmpty ? "." : String(trimmed))
    }
}
