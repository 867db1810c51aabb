internal import CLinux
internal import LinuxSystem

/// A group's folder in one hierarchy.
public struct CgroupFolder: Sendable, Hashable, Codable {
    /// On the host, absolute.
    public let path: String
    /// The controllers this folder is for.
    public let controllers: [Controller]
    public let isUnified: Bool

    public init(path: String, controllers: [Controller], isUnified: Bool) {
        self.path = path
        self.controllers = controllers
        self.isUnified = isUnified
    }

    func file(_ name: String) -> String { path + "/" + name }

    func open(_ name: String, _ flags: FileOpenFlags = .readOnly) throws(SystemError) -> FD {
        FD(owning: try check(cl_openat(-100, file(name), flags.rawValue, 0), "open", file(name)))
    }

    /// Writes a value in one call, as these files want it.
    func write(_ name: String, _ value: String) throws(SystemError) {
        let target = try open(name, .writeOnly)
        var value = value
        let count = value.withUTF8 { bytes in
            bytes.isEmpty ? 0 : cl_write(target.rawValue, bytes.baseAddress.unsafelyUnwrapped, bytes.count)
        }
        try check(count, "write", file(name))
    }

    func write(_ name: String, _ value: some BinaryInteger) throws(SystemError) {
        try write(name, "\(value)")
    }

    /// Writes a value unless the file is missing; false then.
    func writeIfPresent(_ name: String, _ value: String) throws(SystemError) -> Bool {
        do {
            try write(name, value)
            return true
        } catch {
            guard error.errno == Failure.noEntry else { throw error }
            return false
        }
    }

    /// The whole file; these are small, so more than 4 MiB is refused.
    func read(_ name: String) throws(SystemError) -> [UInt8] {
        let source = try open(name)
        var result: [UInt8] = []
        var size = 4096
        while true {
            let raw = source.rawValue
            var count = 0
            result.append(
                contentsOf: [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
                    count = cl_read(raw, UnsafeMutableRawPointer(buffer.baseAddress.unsafelyUnwrapped), size)
                    filled = max(count, 0)
                })
            if try check(count, "read", file(name)) == 0 { return result }
            guard result.count <= 4 << 20 else { throw SystemError(errno: 27, call: "read", subject: file(name)) }
            size = min(size * 4, 1 << 20)
        }
    }

    /// The file's text without blanks at the end; nil when it can't be read.
    func text(_ name: String) -> String? {
        guard let bytes = try? read(name) else { return nil }
        return String(decoding: bytes.prefix(through: (bytes.lastIndex { $0 > 0x20 } ?? -1)), as: UTF8.self)
    }

    func number(_ name: String) -> UInt64? { text(name).flatMap { UInt64($0) } }

    /// Lines of a name and a number, as `memory.stat` has.
    func table(_ name: String) -> [String: UInt64] {
        guard let bytes = try? read(name) else { return [:] }
        var result: [String: UInt64] = [:]
        for line in bytes.split(separator: 0x0A) {
            let words = line.split(separator: 0x20, maxSplits: 1)
            guard words.count == 2, let value = UInt64(String(decoding: words[1], as: UTF8.self)) else { continue }
            result[String(decoding: words[0], as: UTF8.self)] = value
        }
        return result
    }

    /// The folder above.
    var parent: CgroupFolder {
        let cut = path.lastIndex(of: "/") ?? path.startIndex
        return CgroupFolder(path: String(path[..<cut]), controllers: controllers, isUnified: isUnified)
    }
}

/// Error numbers that decisions here depend on (`errno(3)`).
enum Failure {
    static let noEntry: Int32 = 2
    static let noProcess: Int32 = 3
    static let busy: Int32 = 16
    static let exists: Int32 = 17
    static let invalid: Int32 = 22
    static let notEmpty: Int32 = 39
    static let notSupported: Int32 = 95
    static let timedOut: Int32 = 110
}
