import LinuxSystem
import TarCodec

/// Owner, then mode (a change of owner takes set-user-id away), then attributes (and capabilities), then times.
extension Unpacker {
    /// Of a file that is open for writing.
    func setMetadata(_ entry: TarEntry, of file: FDBox) throws {
        if options.keepsOwner {
            let (uid, gid) = try owner(entry)
            try file.fd.setOwner(uid: uid, gid: gid)
        }
        try file.fd.setMode(entry.mode)
        for attribute in entry.attributes where Self.isApplied(attribute) {
            let name = RawPath(attribute.name)
            try tolerating(name) { () throws(SystemError) in try file.fd.setAttribute(name, to: attribute.value) }
        }
        try file.fd.setTimes(accessed: entry.fileTime, modified: entry.fileTime)
    }

    /// Of anything else, by name. A directory's times come at the end.
    func setMetadata(_ entry: TarEntry, of name: RawPath, in parent: FDBox) throws {
        if options.keepsOwner {
            let (uid, gid) = try owner(entry)
            try parent.fd.setOwner(name, uid: uid, gid: gid)
        }
        if entry.kind != .symbolicLink { try parent.fd.setMode(name, entry.mode) }
        for attribute in entry.attributes where Self.isApplied(attribute) {
            let attributeName = RawPath(attribute.name)
            try tolerating(attributeName) { () throws(SystemError) in
                try parent.fd.setAttribute(attributeName, of: name, to: attribute.value)
            }
        }
        guard entry.kind != .directory else { return }
        try parent.fd.setTimes(name, accessed: entry.fileTime, modified: entry.fileTime)
    }

    private func owner(_ entry: TarEntry) throws -> (UInt32, UInt32) {
        if let owner = options.owner { return (owner.uid, owner.gid) }
        // The largest number means "leave as it is" to the kernel.
        guard let uid = UInt32(exactly: entry.uid), let gid = UInt32(exactly: entry.gid), uid < .max, gid < .max else {
            throw InvalidTar.entry(entry.displayName, "bad owner \(entry.uid):\(entry.gid)")
        }
        return (uid, gid)
    }

    /// An overlay's own attributes would let a layer point into other directories of the host.
    private static func isApplied(_ attribute: TarAttribute) -> Bool {
        !attribute.name.starts(with: "trusted.overlay.".utf8) && !attribute.name.starts(with: "user.overlay.".utf8)
    }

    /// As Docker does: a file system without attributes (EOPNOTSUPP), or one that has none for this kind of file
    /// (EPERM for `user.` on links and devices), is no reason to refuse the archive.
    private func tolerating(_ name: RawPath, _ set: () throws(SystemError) -> Void) throws(SystemError) {
        do {
            try set()
        } catch {
            if error.errno == 95 || (error.errno == 1 && name.bytes.starts(with: "user.".utf8)) { return }
            throw error
        }
    }
}

extension TarEntry {
    var fileTime: FileTime { FileTime(seconds: modified.seconds, nanoseconds: Int64(modified.nanoseconds)) }
}
