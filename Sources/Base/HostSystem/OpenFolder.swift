#if canImport(Glibc)
internal import Glibc
private let systemReadLink = Glibc.readlinkat
#elseif canImport(Musl)
internal import Musl
private let systemReadLink = Musl.readlinkat
#elseif canImport(Darwin)
internal import Darwin
private let systemReadLink = Darwin.readlinkat
#endif
public import Primitives

/// A folder that is open, closed with the object. Its entries are reached by name and no link is followed, so that a walk
/// stays below where it began, whatever is changed meanwhile. Names are bytes: file systems hold what is no text.
public final class OpenFolder: Sendable {
    let number: Int32
    /// For messages.
    public let path: String

    init(_ number: Int32, _ path: String) {
        self.number = number
        self.path = path
    }

    deinit { close(number) }

    /// Opens a folder by its path, whose links are followed. Errors: `notFound`, `unavailable`.
    public convenience init(_ path: String) throws(EngineError) {
        let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw Disk.failure("open \(path)") }
        self.init(number, path)
    }

    /// What a message calls an entry.
    public func path(of name: [UInt8]) -> String {
        (path.hasSuffix("/") ? path : path + "/") + String(decoding: name, as: UTF8.self)
    }

    /// Names of the entries, sorted by their bytes. Errors: `unavailable`.
    public func names() throws(EngineError) -> [[UInt8]] {
        let copy = openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw Disk.failure("open \(path)") }
        guard let folder = fdopendir(copy) else {
            close(copy)
            throw Disk.failure("open \(path)")
        }
        defer { closedir(folder) }
        var names: [[UInt8]] = []
        while let next = readdir(folder) {
            let name = withUnsafeBytes(of: &next.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [0x2e] && name != [0x2e, 0x2e] { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// What an entry is, links themselves (`fstatat(2)`). Errors: `notFound`, `unavailable`.
    public func entry(_ name: [UInt8]) throws(EngineError) -> FileFacts {
        var found = stat()
        let result = Self.pass(name) { fstatat(number, $0, &found, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else { throw Disk.failure("lstat \(path(of: name))") }
        return FileFacts(found)
    }

    /// The folder's own facts.
    public func facts() throws(EngineError) -> FileFacts {
        var found = stat()
        guard fstat(number, &found) == 0 else { throw Disk.failure("stat \(path)") }
        return FileFacts(found)
    }

    /// Opens a folder in this one. Errors: `notFound` when it is no folder, `unavailable`.
    public func folder(_ name: [UInt8]) throws(EngineError) -> OpenFolder {
        let opened = Self.pass(name) { openat(number, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        guard opened >= 0 else { throw Disk.failure("open \(path(of: name))") }
        return OpenFolder(opened, path(of: name))
    }

    /// Opens a file to be read; whoever takes it closes it. A pipe in its place is not waited for. Errors: `notFound`,
    /// `forbidden` where the user may not read it, `unavailable`.
    public func file(_ name: [UInt8]) throws(EngineError) -> Descriptor {
        let opened = Self.pass(name) { openat(number, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard opened >= 0 else {
            let (isForbidden, error) = (errno == EACCES, Disk.failure("open \(path(of: name))"))
            throw isForbidden ? EngineError(.forbidden, error.message) : error
        }
        return Descriptor(opened)
    }

    /// Where a symbolic link leads. Errors: `notFound`, `unavailable`.
    public func target(_ name: [UInt8]) throws(EngineError) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = Self.pass(name) { systemReadLink(number, $0, &buffer, buffer.count) }
        guard count >= 0 else { throw Disk.failure("readlink \(path(of: name))") }
        return buffer[..<count].map { UInt8(bitPattern: $0) }
    }

    static func pass<Result>(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (name.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            // Never empty, so there is a base address.
            body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}
