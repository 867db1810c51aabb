internal import CLinux

/// Extended attributes (`xattr(7)`) of an open file, and of directory entries without following links.
///
/// Entries are reached as `/proc/self/fd/N/name`: there is no `…at` form before Linux 6.13, and a link or a device must
/// not be opened for it.
extension FD {
    /// Names as in the file system, such as `security.capability`; empty where attributes are not supported.
    public borrowing func attributeNames() throws(SystemError) -> [RawPath] {
        let fd = rawValue
        return try Self.names("") { cl_flistxattr(fd, $0, $1) }
    }

    public borrowing func attributeNames(of name: RawPath) throws(SystemError) -> [RawPath] {
        let path = entryPath(name)
        return try Self.names(name.string) { buffer, size in path.pass { cl_llistxattr($0, buffer, size) } }
    }

    /// The value, or nil when the attribute is not there.
    public borrowing func attribute(_ attribute: RawPath) throws(SystemError) -> [UInt8]? {
        let fd = rawValue
        return try Self.value(attribute) { buffer, size in attribute.pass { cl_fgetxattr(fd, $0, buffer, size) } }
    }

    public borrowing func attribute(_ attribute: RawPath, of name: RawPath) throws(SystemError) -> [UInt8]? {
        let path = entryPath(name)
        return try Self.value(attribute) { buffer, size in
            path.pass { path in attribute.pass { cl_lgetxattr(path, $0, buffer, size) } }
        }
    }

    public borrowing func setAttribute(_ attribute: RawPath, to value: [UInt8]) throws(SystemError) {
        let fd = rawValue
        let result = value.withUnsafeBytes { raw in
            attribute.pass { cl_fsetxattr(fd, $0, raw.baseAddress, raw.count, 0) }
        }
        try check(result, "fsetxattr", attribute.string)
    }

    public borrowing func setAttribute(
        _ attribute: RawPath, of name: RawPath, to value: [UInt8]
    ) throws(SystemError) {
        let path = entryPath(name)
        let result = value.withUnsafeBytes { raw in
            path.pass { path in attribute.pass { cl_lsetxattr(path, $0, raw.baseAddress, raw.count, 0) } }
        }
        try check(result, "lsetxattr", "\(name) \(attribute)")
    }

    private borrowing func entryPath(_ name: RawPath) -> RawPath {
        RawPath("/proc/self/fd/\(rawValue)").appending(name)
    }

    private static func names(
        _ subject: String, _ list: (UnsafeMutableRawPointer?, Int) -> Int
    ) throws(SystemError) -> [RawPath] {
        var buffer = [UInt8](repeating: 0, count: 256)
        var count = buffer.withUnsafeMutableBytes { list($0.baseAddress, $0.count) }
        if count == -34 {
            buffer = [UInt8](repeating: 0, count: 65_536)
            count = buffer.withUnsafeMutableBytes { list($0.baseAddress, $0.count) }
        }
        if count == 0 || count == -95 { return [] }
        try check(count, "listxattr", subject)
        return buffer[..<count].split(separator: 0).map { RawPath($0) }
    }

    private static func value(
        _ attribute: RawPath, _ get: (UnsafeMutableRawPointer?, Int) -> Int
    ) throws(SystemError) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 256)
        var count = buffer.withUnsafeMutableBytes { get($0.baseAddress, $0.count) }
        if count == -34 {
            buffer = [UInt8](repeating: 0, count: 65_536)
            count = buffer.withUnsafeMutableBytes { get($0.baseAddress, $0.count) }
        }
        if count == -61 || count == -95 { return nil }
        try check(count, "getxattr", attribute.string)
        return Array(buffer[..<count])
    }
}
