public import LinuxSystem

/// A copy of a whole tree with everything: owners, modes, times, all attributes, hard links, devices, holes. Contents
/// are shared where the file system can (`ioctl_ficlone(2)`) and copied inside the kernel where it can't.
public enum TreeCopy {
    /// Copies what is in `source` into the empty directory `target`, and the metadata of the root. `sharing`: what is no
    /// directory is linked instead, as far as that goes, so that nobody may write to it; and the root stays as it is.
    public static func copy(from source: borrowing FD, to target: borrowing FD, sharing: Bool = false) throws {
        let source = FDBox(try source.open(".", [.directory]))
        let target = FDBox(try target.open(".", [.directory]))
        var copy = Copying(isSharing: sharing)
        var levels = [Level(source: source, target: target, rest: try source.fd.entries())]
        while let last = levels.indices.last {
            let (from, to) = (levels[last].source, levels[last].target)
            guard let entry = levels[last].rest.popLast() else {
                // After what is in it: making entries changes a directory's time.
                if !sharing || levels.count > 1 { try copyMetadata(from, to) }
                levels.removeLast()
                continue
            }
            if let child = try copy.entry(entry.name, from, to) { levels.append(child) }
        }
    }

    struct Level {
        var source: FDBox
        var target: FDBox
        var rest: [DirectoryEntry]
    }

    private static func copyMetadata(_ source: FDBox, _ target: FDBox) throws {
        let stat = try source.fd.stat()
        try target.fd.setOwner(uid: stat.uid, gid: stat.gid)
        try target.fd.setMode(stat.mode)
        for name in try source.fd.attributeNames() {
            guard let value = try source.fd.attribute(name) else { continue }
            try target.fd.setAttribute(name, to: value)
        }
        try target.fd.setTimes(accessed: stat.modified, modified: stat.modified)
    }

    private struct Copying {
        var isSharing: Bool
        /// Where files with several names were put first.
        var placed: [FileIdentity: (FDBox, RawPath)] = [:]

        /// Copies one entry. A directory is made and handed back, to be gone through.
        mutating func entry(_ name: RawPath, _ from: FDBox, _ to: FDBox) throws -> Level? {
            let stat = try from.fd.stat(name)
            if stat.kind == .directory {
                try to.fd.makeDirectory(name, mode: 0o700)
                let source = FDBox(try from.fd.open(name, [.directory, .noFollow]))
                let target = FDBox(try to.fd.open(name, [.directory, .noFollow]))
                return Level(source: source, target: target, rest: try source.fd.entries())
            }
            if isSharing, try link(name, from, to) { return nil }
            let identity = FileIdentity(device: stat.device, inode: stat.inode)
            if stat.links > 1, let (directory, first) = placed[identity] {
                try directory.fd.link(first, into: to.fd, as: name)
                return nil
            }
            switch stat.kind {
            case .regular:
                let source = FDBox(try from.fd.open(name, [.readOnly, .noFollow]))
                let target = FDBox(try to.fd.open(name, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600))
                try ContentCopy.copy(from: source.fd, to: target.fd, size: stat.size)
                try copyMetadata(source, target)
            case .symbolicLink:
                try to.fd.makeSymbolicLink(name, to: try from.fd.readLink(name))
                try copyMetadata(of: name, stat, from, to)
            default:
                try to.fd.makeNode(
                    name, kind: stat.kind, mode: 0o600, major: stat.specialMajor, minor: stat.specialMinor)
                try to.fd.setOwner(name, uid: stat.uid, gid: stat.gid)
                try to.fd.setMode(name, stat.mode)
                try copyMetadata(of: name, stat, from, to)
            }
            if stat.links > 1 { placed[identity] = (to, name) }
            return nil
        }

        /// False: the file has as many names as it can have, or may have no more.
        private func link(_ name: RawPath, _ from: FDBox, _ to: FDBox) throws -> Bool {
            do {
                try from.fd.link(name, into: to.fd, as: name)
                return true
            } catch {
                // EMLINK, EPERM, EXDEV
                guard [31, 1, 18].contains(error.errno) else { throw error }
                return false
            }
        }

        private func copyMetadata(of name: RawPath, _ stat: FileStat, _ from: FDBox, _ to: FDBox) throws {
            try to.fd.setOwner(name, uid: stat.uid, gid: stat.gid)
            for attribute in try from.fd.attributeNames(of: name) {
                guard let value = try from.fd.attribute(attribute, of: name) else { continue }
                try to.fd.setAttribute(attribute, of: name, to: value)
            }
            if stat.kind != .symbolicLink { try to.fd.setMode(name, stat.mode) }
            try to.fd.setTimes(name, accessed: stat.modified, modified: stat.modified)
        }

        private func copyMetadata(_ source: FDBox, _ target: FDBox) throws {
            try TreeCopy.copyMetadata(source, target)
        }
    }
}
