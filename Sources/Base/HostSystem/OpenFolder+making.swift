#if canImport(Glibc)
internal import Glibc
private let systemLink = Glibc.linkat
#elseif canImport(Musl)
internal import Musl
private let systemLink = Musl.linkat
#elseif canImport(Darwin)
internal import Darwin
private let systemLink = Darwin.linkat
#endif
#if os(Linux)
internal import CXattr
#endif
public import Primitives

/// Making entries and taking them away. None of it follows a link in the entry's place. Errors: `conflict` for a name that
/// is taken, `notFound`, `unavailable`.
extension OpenFolder {
    /// Only its owner may use it until it gets its mode.
    public func makeFolder(_ name: [UInt8]) throws(EngineError) {
        guard Self.pass(name, { mkdirat(number, $0, 0o700) }) == 0 else {
            throw Disk.failure("mkdir \(path(of: name))")
        }
    }

    /// A new file to be written; whoever takes it closes it.
    public func makeFile(_ name: [UInt8]) throws(EngineError) -> Descriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let made = Self.pass(name) { openat(number, $0, flags, 0o600) }
        guard made >= 0 else { throw Disk.failure("open \(path(of: name))") }
        return Descriptor(made)
    }

    public func makeLink(_ name: [UInt8], to target: [UInt8]) throws(EngineError) {
        let result = Self.pass(target) { target in Self.pass(name) { symlinkat(target, number, $0) } }
        guard result == 0 else { throw Disk.failure("symlink \(path(of: name))") }
    }

    /// One more name for a file of `folder`.
    public func makeName(_ name: [UInt8], of other: [UInt8], in folder: OpenFolder) throws(EngineError) {
        let result = Self.pass(other) { old in Self.pass(name) { systemLink(folder.number, old, number, $0, 0) } }
        guard result == 0 else { throw Disk.failure("link \(path(of: name))") }
    }

    public func makePipe(_ name: [UInt8]) throws(EngineError) {
        guard Self.pass(name, { mkfifoat(number, $0, 0o600) }) == 0 else {
            throw Disk.failure("mkfifo \(path(of: name))")
        }
    }

    /// Most users may not. Errors: `unavailable` where the system has other devices.
    public func makeDevice(
        _ name: [UInt8], isCharacter: Bool, major: UInt32, minor: UInt32
    ) throws(EngineError) {
        #if os(Linux)
        let kind = isCharacter ? S_IFCHR : S_IFBLK
        // makedev(3)
        let (high, low) = (UInt64(major), UInt64(minor))
        let device = (high & 0xfff) << 8 | (high & ~0xfff) << 32 | (low & 0xff) | (low & ~0xff) << 12
        guard Self.pass(name, { mknodat(number, $0, kind | 0o600, dev_t(device)) }) == 0 else {
            throw Disk.failure("mknod \(path(of: name))")
        }
        #else
        throw EngineError(.unavailable, "mknod \(path(of: name)): devices of Linux are not for this system")
        #endif
    }

    /// Removes an entry, a folder with all that is in it. Not there is fine.
    public func remove(_ name: [UInt8]) throws(EngineError) {
        if Self.pass(name, { unlinkat(number, $0, 0) }) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw Disk.failure("remove \(path(of: name))") }
        let inner = try folder(name)
        for entry in try inner.names() { try inner.remove(entry) }
        guard Self.pass(name, { unlinkat(number, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT else {
            throw Disk.failure("rmdir \(path(of: name))")
        }
    }

    /// Nothing happens to a symbolic link, which has no mode.
    public func setMode(_ name: [UInt8], _ mode: UInt32) throws(EngineError) {
        let result = Self.pass(name) { fchmodat(number, $0, mode_t(mode), AT_SYMLINK_NOFOLLOW) }
        guard result == 0 || errno == EOPNOTSUPP else { throw Disk.failure("chmod \(path(of: name))") }
    }

    public func setModified(_ name: [UInt8], _ time: Timestamp) throws(EngineError) {
        let moment = timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.subsecond))
        let times = [moment, moment]
        guard Self.pass(name, { utimensat(number, $0, times, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            throw Disk.failure("utimensat \(path(of: name))")
        }
    }
}

extension Descriptor {
    /// Owner's, group's and others' bits with set-user-id, set-group-id and sticky. Errors: `unavailable`.
    public func setMode(_ mode: UInt32) throws(EngineError) {
        guard fchmod(number, mode_t(mode)) == 0 else { throw Descriptor.failure("fchmod") }
    }

    /// Sets an extended attribute where the system has them and the user may; a copy without it is a copy.
    public func setAttribute(_ name: String, _ value: [UInt8]) {
        #if os(Linux)
        _ = fsetxattr(number, name, value, value.count, 0)
        #endif
    }

    /// Makes the file longer, with a hole, or shorter. Errors: `unavailable`.
    public func setSize(_ size: Int64) throws(EngineError) {
        guard ftruncate(number, off_t(size)) == 0 else { throw Descriptor.failure("ftruncate") }
    }

    /// Writes all of `bytes` at a place of the file. Errors: `unavailable`, a full disk among them.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(EngineError) {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let count = pwrite(number, base + done, bytes.count - done, off_t(offset) + off_t(done))
            if count >= 0 { done += count } else if errno != EINTR { throw Descriptor.failure("write") }
        }
    }
}
