import LinuxSystem
import TarCodec

/// All that is not a regular file.
extension Unpacker {
    /// Makes `name`; whatever has the name is removed first.
    func replacing<Made>(
        _ name: RawPath, in parent: FDBox, _ make: () throws(SystemError) -> Made
    ) throws(SystemError) -> Made {
        do {
            return try make()
        } catch {
            // EEXIST
            guard error.errno == 17 else { throw error }
        }
        try removeEntry(name, in: parent)
        return try make()
    }

    func removeEntry(_ name: RawPath, in parent: FDBox) throws(SystemError) {
        // An overlay layer starts empty, so that what is there was made by it.
        if options.mode != .copyLayer || replacesOwn { isRepeatable = false }
        if let stat = try parent.fd.statIfPresent(name), stat.kind == .directory || stat.kind == .symbolicLink {
            chain.forget()
            linkChain.forget()
        }
        try parent.fd.removeTree(name)
    }

    /// A directory on a directory merges with it and brings its own metadata.
    func makeDirectory(_ entry: TarEntry, _ path: EntryPath, in parent: FDBox) throws {
        let name = path.base
        do {
            try parent.fd.makeDirectory(name, mode: 0o700)
        } catch {
            guard error.errno == 17 else { throw error }
            if try parent.fd.stat(name).kind != .directory {
                try removeEntry(name, in: parent)
                try parent.fd.makeDirectory(name, mode: 0o700)
            }
        }
        try setMetadata(entry, of: name, in: parent)
        times.add(path, entry.fileTime)
    }

    func makeSymbolicLink(_ entry: TarEntry, _ path: EntryPath, in parent: FDBox) throws {
        let target = entry.linkName
        // Wherever it points: a link is only text until somebody follows it, and nobody does but inside the root.
        guard !target.isEmpty else {
            throw InvalidTar.symbolicLink(entry.displayName, entry.displayLinkName)
        }
        let name = path.base
        try replacing(name, in: parent) { () throws(SystemError) in
            try parent.fd.makeSymbolicLink(name, to: RawPath(target))
        }
        try setMetadata(entry, of: name, in: parent)
    }

    /// The target is a name in the archive; links on the way to it stay inside the root, a link at its end is linked
    /// itself. Metadata are the target's, which has its own entry.
    func makeHardLink(_ entry: TarEntry, _ name: RawPath, in parent: FDBox) throws {
        guard let linked = EntryPath(entry.linkName), !linked.isRoot else {
            throw InvalidTar.hardLink(entry.displayName, entry.displayLinkName)
        }
        let target = linked.below(options.base)
        let from: FDBox
        do {
            from = try linkChain.directory(target.parents)
            // The target onto itself would be removed before it is linked.
            guard try !isSame(target.base, from, name, parent) else { return }
        } catch let error as SystemError where error.errno == 2 || error.errno == 20 {
            throw InvalidTar.hardLink(entry.displayName, entry.displayLinkName)
        }
        try replacing(name, in: parent) { () throws(SystemError) in
            try from.fd.link(target.base, into: parent.fd, as: name)
        }
    }

    private func isSame(_ target: RawPath, _ from: FDBox, _ name: RawPath, _ parent: FDBox) throws -> Bool {
        let source = try from.fd.stat(target)
        guard source.links > 1 || target == name, let there = try parent.fd.statIfPresent(name) else { return false }
        return there.inode == source.inode && there.device == source.device
    }

    func makeNode(_ entry: TarEntry, _ name: RawPath, in parent: FDBox) throws {
        let kind: FileStat.Kind =
            switch entry.kind {
            case .characterDevice: .characterDevice
            case .blockDevice: .blockDevice
            default: .fifo
            }
        guard let major = UInt32(exactly: entry.deviceMajor), let minor = UInt32(exactly: entry.deviceMinor),
            major < 1 << 12, minor < 1 << 20
        else { throw InvalidTar.entry(entry.displayName, "bad device number") }
        try replacing(name, in: parent) { () throws(SystemError) in
            try parent.fd.makeNode(name, kind: kind, mode: 0o600, major: major, minor: minor)
        }
        try setMetadata(entry, of: name, in: parent)
    }
}
