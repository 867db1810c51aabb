#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif
public import Primitives

/// Paths of this machine, as the system sees them.
public enum LocalPath {
    /// The working directory. Errors: `unavailable` when it is gone.
    public static func workingDirectory() throws(EngineError) -> String {
        guard let found = getcwd(nil, 0) else { throw Disk.failure("getcwd") }
        defer { free(found) }
        return String(cString: found)
    }

    /// The absolute path of what is there, without a link in it (`realpath(3)`). Errors: `notFound`, `unavailable`.
    public static func withoutLinks(_ path: String) throws(EngineError) -> String {
        guard let found = realpath(path, nil) else { throw Disk.failure("lstat \(path)") }
        defer { free(found) }
        return String(cString: found)
    }

    /// What is there, a link itself; nil for nothing. Errors: `unavailable`.
    public static func facts(_ path: String, followsLink: Bool = false) throws(EngineError) -> FileFacts? {
        var found = stat()
        let result = followsLink ? stat(path, &found) : lstat(path, &found)
        if result == 0 { return FileFacts(found) }
        if errno == ENOENT { return nil }
        throw Disk.failure("lstat \(path)")
    }

    /// Where a symbolic link leads, as it is written. Errors: `notFound`, `unavailable`.
    public static func linkTarget(_ path: String) throws(EngineError) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(path, &buffer, buffer.count)
        guard count >= 0 else { throw Disk.failure("readlink \(path)") }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
