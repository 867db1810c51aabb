import LinuxSystem
import TarCodec

extension Unpacker {
    /// `.wh.name` in the directory of `path`.
    func remove(_ name: [UInt8], _ entry: TarEntry, _ path: EntryPath) throws {
        guard !name.isEmpty, name != [0x2e], name != [0x2e, 0x2e] else {
            throw InvalidTar.entry(entry.displayName, "bad whiteout")
        }
        let target = RawPath(name)
        guard options.mode == .overlayLayer else {
            guard let parent = try existing(path.parents) else { return }
            replacesOwn = made.contains(Self.hash(path.parents + [name[...]]))
            try removeEntry(target, in: parent)
            return
        }
        let parent = try chain.directory(path.parents, makingMissing: 0o755)
        try replacing(target, in: parent) { () throws(SystemError) in
            try parent.fd.makeNode(target, kind: .characterDevice, mode: 0, major: 0, minor: 0)
        }
    }

    /// `.wh..wh..opq`: nothing from below shows in the directory that holds it.
    func makeOpaque(_ path: EntryPath) throws {
        if options.mode == .overlayLayer {
            let parent = try chain.directory(path.parents, makingMissing: 0o755)
            try parent.fd.setAttribute("trusted.overlay.opaque", of: ".", to: Array("y".utf8))
        } else if let parent = try existing(path.parents) {
            replacesOwn = false
            try removeAllFromBelow(parent, Array(path.parents))
        }
    }

    /// Parents too: they may have been made along the way.
    func noteMade(_ path: EntryPath) {
        var hasher = Hasher()
        for part in path.parts {
            hasher.combine(part)
            let soFar = hasher
            replacesOwn = !made.insert(soFar.finalize()).inserted
        }
    }

    private static func hash(_ parts: [ArraySlice<UInt8>]) -> Int {
        var hasher = Hasher()
        for part in parts { hasher.combine(part) }
        return hasher.finalize()
    }

    private func existing(_ parts: ArraySlice<ArraySlice<UInt8>>) throws -> FDBox? {
        do {
            return try chain.directory(parts)
        } catch let error as SystemError where error.errno == 2 || error.errno == 20 {
            return nil
        }
    }

    private func removeAllFromBelow(_ directory: FDBox, _ parts: [ArraySlice<UInt8>]) throws {
        var pending = [(try directory.fd.open(".", [.directory]).boxed(), parts)]
        while let (directory, parts) = pending.popLast() {
            for entry in try directory.fd.entries() {
                let path = parts + [entry.name.bytes]
                guard made.contains(Self.hash(path)) else {
                    try removeEntry(entry.name, in: directory)
                    continue
                }
                guard entry.kind == .directory else { continue }
                pending.append((try directory.fd.open(entry.name, [.directory, .noFollow]).boxed(), path))
            }
        }
    }
}

extension FD {
    consuming func boxed() -> FDBox { FDBox(self) }
}
