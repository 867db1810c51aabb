import LinuxSystem
import Primitives
import TarCodec

/// Writes differences as a layer tar. The same tree gives the same bytes. With a replica, what is packed is made there too,
/// from the same reading: its files are those of the tar even if somebody writes to the tree meanwhile.
final class LayerPacker {
    private let sink: any ByteSink
    private let fileSink: (any FileSink)?
    private let replica: ReplicaWriter?
    private let pinsFiles: Bool
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    /// Bytes of `buffer` that wait: small files are written together.
    private var filled = 0
    private var firstNames: [FileIdentity: RawPath] = [:]
    /// Headers written.
    private(set) var entries = 0
    /// Bytes of the regular files; of files with several names, once.
    private(set) var size: Int64 = 0

    /// `pinsFiles`: a file is looked at again before it is opened, for trees whose owners may put a device in its place.
    init(_ sink: any ByteSink, replica: ReplicaWriter? = nil, pinsFiles: Bool = false) {
        self.sink = sink
        fileSink = sink as? any FileSink
        self.replica = replica
        self.pinsFiles = pinsFiles
    }

    deinit { buffer.deallocate() }

    func add(_ difference: TreeDifference) throws {
        switch difference {
        case .removed(let path):
            try replica?.add(.whiteout(path))
            try addMark(Whiteout.prefix, beside: path)
        case .present(let node, let isOpaque, _):
            try add(node, isOpaque: isOpaque)
            if isOpaque { try addMark(Whiteout.opaqueName, in: node.path) }
        }
    }

    func finish() throws {
        try replica?.finish()
        try put(TarWriter.end)
        try flush()
    }

    private func addMark(_ prefix: [UInt8], beside path: RawPath) throws {
        let slash = path.bytes.lastIndex(of: 0x2f).map { $0 + 1 } ?? 0
        try addMark(name: Array(path.bytes[..<slash]) + prefix + path.bytes[slash...])
    }

    private func addMark(_ name: [UInt8], in path: RawPath) throws {
        try addMark(name: Array(path.bytes) + [0x2f] + name)
    }

    private func addMark(name: [UInt8]) throws {
        try putHeader(TarEntry(kind: .file, name: name, mode: 0o600))
    }

    private func add(_ node: TreeNode, isOpaque: Bool) throws {
        // A socket is of no use without its process, and tar has no form for it.
        guard var entry = TarEntry(node) else { return }
        let hasMoreNames = node.stat.links > 1 && node.stat.kind != .directory
        let identity = hasMoreNames ? FileIdentity(device: node.stat.device, inode: node.stat.inode) : nil
        if let first = identity.flatMap({ firstNames[$0] }) {
            (entry.kind, entry.linkName, entry.size) = (.hardLink, Array(first.bytes), 0)
            try replica?.add(.hardLink(node.path, first: first))
            return try putHeader(entry)
        }
        do throws(SystemError) {
            if entry.kind == .symbolicLink { entry.linkName = Array(try node.parent.fd.readLink(node.name).bytes) }
            // A file's are read when it is open.
            if entry.kind != .file { entry.attributes = try node.keptAttributes() }
        } catch {
            // ENOENT, ENOTDIR, EINVAL, ELOOP: it has vanished, or something else has its name.
            guard [2, 20, 22, 40].contains(error.errno) else { throw error.about(node.path.string) }
            return
        }
        if entry.kind == .file {
            guard try addFile(node, &entry) else { return }
        } else {
            try replica?.add(.other(node, entry, isOpaque: isOpaque))
            try putHeader(entry)
        }
        if let identity { firstNames[identity] = node.path }
    }

    /// False when it has vanished.
    private func addFile(_ node: TreeNode, _ entry: inout TarEntry) throws -> Bool {
        guard let file = try open(node) else { return false }
        let stat = try file.stat()
        entry.attributes = try TreeNode.keptAttributes(of: file)
        entry.size = stat.size
        size = size.addingClamped(stat.size)
        try putHeader(entry)
        guard let replica else {
            try addContent(of: file, stat, copy: nil)
            return true
        }
        guard !ReplicaWriter.takesWhole(stat) else {
            try replica.add(.file(node, entry, content: addWhole(file, stat)))
            return true
        }
        try replica.now { replica in
            let copy = try replica.makeFile(node)
            if try replica.clone(file, into: copy, size: stat.size) {
                try addContent(of: copy.fd, stat, copy: nil)
            } else {
                try addContent(of: file, stat, copy: copy)
            }
            try replica.finish(copy, node, entry)
        }
        return true
    }

    private func open(_ node: TreeNode) throws(SystemError) -> FD? {
        do {
            guard pinsFiles else { return try node.parent.fd.open(node.name, [.readOnly, .noFollow, .nonBlocking]) }
            let pinned = try node.parent.fd.open(node.name, [.path, .noFollow])
            guard try pinned.stat().kind == .regular else { return nil }
            return try pinned.reopened([.readOnly, .nonBlocking])
        } catch {
            // ENOENT; ELOOP: a link has its name now.
            if error.errno == 2 || error.errno == 40 { return nil }
            throw error.about(node.path.string)
        }
    }

    /// The content, read once, into the archive and into the copy; where the file has holes, so has the copy.
    private func addContent(of file: borrowing FD, _ stat: FileStat, copy: FDBox?) throws {
        let isSparse = stat.allocated < stat.size
        var data = isSparse ? 0..<0 : 0..<stat.size
        var place: Int64 = 0
        while place < stat.size {
            if place >= data.upperBound { data = try Self.nextData(of: file, from: place, size: stat.size) }
            let isHole = place < data.lowerBound
            let end = isHole ? data.lowerBound : data.upperBound
            if copy == nil, !isHole, case let passed = try pass(place..<end, of: file), passed > 0 {
                place += passed
                continue
            }
            if buffer.count - filled < 4096 { try flush() }
            let room = Int(min(Int64(buffer.count - filled), end - place))
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + room])
            var count = isHole ? 0 : try file.read(into: target, at: place)
            if count == 0 {
                // A hole; or it was cut while we read, and the header has promised bytes.
                target.initializeMemory(as: UInt8.self, repeating: 0)
                count = room
            } else if let copy {
                try copy.fd.writeAll(UnsafeRawBufferPointer(rebasing: target[..<count]), at: place)
            }
            filled += count
            place += Int64(count)
        }
        if let copy, try copy.fd.stat().size < stat.size { try copy.fd.truncate(to: stat.size) }
        try put([UInt8](repeating: 0, count: TarWriter.padding(after: stat.size)))
    }

    /// The kernel's own way for large contents; how many bytes took it. The rest is read.
    private func pass(_ range: Range<Int64>, of file: borrowing FD) throws -> Int64 {
        guard let fileSink, range.count >= 128 << 10 else { return 0 }
        try flush()
        return try fileSink.write(range, of: file)
    }

    /// Of a file without holes; the content.
    private func addWhole(_ file: borrowing FD, _ stat: FileStat) throws -> [UInt8] {
        // What was cut away while we read stays zeros: the header has promised bytes.
        var content = [UInt8](repeating: 0, count: Int(stat.size))
        try content.withUnsafeMutableBytes { target in
            var place = 0
            while place < target.count {
                let count = try file.read(into: .init(rebasing: target[place...]), at: Int64(place))
                if count == 0 { break }
                place += count
            }
        }
        try put(content)
        try put([UInt8](repeating: 0, count: TarWriter.padding(after: stat.size)))
        return content
    }

    private static func nextData(
        of file: borrowing FD, from place: Int64, size: Int64
    ) throws(SystemError) -> Range<Int64> {
        do {
            guard let start = try file.nextData(from: place), start < size else { return size..<size }
            return start..<max(start + 1, min(size, try file.nextHole(from: start)))
        } catch {
            // EINVAL: a file system that doesn't tell.
            guard error.errno == 22 else { throw error }
            return place..<size
        }
    }

    private func putHeader(_ entry: TarEntry) throws {
        entries += 1
        try put(try TarWriter.header(for: entry))
    }

    private func put(_ bytes: [UInt8]) throws {
        if bytes.count > buffer.count - filled { try flush() }
        guard bytes.count <= buffer.count else { return try sink.write(bytes) }
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: $0) }
        filled += bytes.count
    }

    private func flush() throws {
        guard filled > 0 else { return }
        try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
        filled = 0
    }
}

/// What makes two names one file.
struct FileIdentity: Hashable {
    var device: UInt64
    var inode: UInt64
}

extension TarEntry {
    /// Nil for what an archive does not hold. Size, link and attributes are not filled in.
    init?(_ node: TreeNode) {
        let kind: TarEntry.Kind
        switch node.stat.kind {
        case .regular: kind = .file
        case .directory: kind = .directory
        case .symbolicLink: kind = .symbolicLink
        case .characterDevice: kind = .characterDevice
        case .blockDevice: kind = .blockDevice
        case .fifo: kind = .fifo
        case .socket, .unknown: return nil
        }
        let stat = node.stat
        self.init(
            kind: kind, name: Array(node.path.bytes), mode: stat.mode, uid: Int64(stat.uid), gid: Int64(stat.gid),
            modified: TarTime(seconds: stat.modified.seconds, nanoseconds: Int32(clamping: stat.modified.nanoseconds)))
        if kind == .characterDevice || kind == .blockDevice {
            (deviceMajor, deviceMinor) = (Int64(stat.specialMajor), Int64(stat.specialMinor))
        }
    }
}

extension TreeNode {
    /// Capabilities and the users' own attributes; labels and the overlay's marks belong to this host.
    func keptAttributes() throws(SystemError) -> [TarAttribute] {
        guard stat.kind == .regular || stat.kind == .directory else { return [] }
        var result: [TarAttribute] = []
        for attribute in try parent.fd.attributeNames(of: name).sorted() where Self.isKept(attribute) {
            guard let value = try parent.fd.attribute(attribute, of: name) else { continue }
            result.append(TarAttribute(name: Array(attribute.bytes), value: value))
        }
        return result
    }

    /// The same of an open file.
    static func keptAttributes(of file: borrowing FD) throws(SystemError) -> [TarAttribute] {
        var result: [TarAttribute] = []
        for attribute in try file.attributeNames().sorted() where isKept(attribute) {
            guard let value = try file.attribute(attribute) else { continue }
            result.append(TarAttribute(name: Array(attribute.bytes), value: value))
        }
        return result
    }

    private static func isKept(_ attribute: RawPath) -> Bool {
        let bytes = attribute.bytes
        let isUsers = bytes.starts(with: "user.".utf8) && !bytes.starts(with: "user.overlay.".utf8)
        return isUsers || attribute == "security.capability"
    }
}
