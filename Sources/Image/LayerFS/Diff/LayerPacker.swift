import LinuxSystem
import Primitives
import TarCodec

/// Writes differences as a layer tar. The same tree gives the same bytes.
final class LayerPacker {
    private let sink: any ByteSink
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    /// Bytes of `buffer` that wait: small files are written together.
    private var filled = 0
    private var firstNames: [FileIdentity: RawPath] = [:]

    init(_ sink: any ByteSink) { self.sink = sink }
    deinit { buffer.deallocate() }

    func add(_ difference: TreeDifference) throws {
        switch difference {
        case .removed(let path): try addMark(Whiteout.prefix, beside: path)
        case .present(let node, let isOpaque, _):
            try add(node)
            if isOpaque { try addMark(Whiteout.opaqueName, in: node.path) }
        }
    }

    func finish() throws {
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
        try put(try TarWriter.header(for: TarEntry(kind: .file, name: name, mode: 0o600)))
    }

    private func add(_ node: TreeNode) throws {
        // A socket is of no use without its process, and tar has no form for it.
        guard var entry = TarEntry(node) else { return }
        if node.stat.links > 1 && node.stat.kind != .directory {
            let identity = FileIdentity(device: node.stat.device, inode: node.stat.inode)
            if let first = firstNames[identity] {
                (entry.kind, entry.linkName, entry.size) = (.hardLink, Array(first.bytes), 0)
                try put(try TarWriter.header(for: entry))
                return
            }
            firstNames[identity] = node.path
        }
        if entry.kind == .symbolicLink { entry.linkName = Array(try node.parent.fd.readLink(node.name).bytes) }
        entry.attributes = try node.keptAttributes()
        guard entry.kind == .file else { return try put(try TarWriter.header(for: entry)) }
        try addFile(node, &entry)
    }

    private func addFile(_ node: TreeNode, _ entry: inout TarEntry) throws {
        let file: FD
        do {
            file = try node.parent.fd.open(node.name, [.readOnly, .noFollow, .nonBlocking])
        } catch {
            if error.errno == 2 { return }
            throw error.about(node.path.string)
        }
        let size = try file.stat().size
        entry.size = size
        try put(try TarWriter.header(for: entry))
        var place: Int64 = 0
        while place < size {
            if buffer.count - filled < 4096 { try flush() }
            let room = Int(min(Int64(buffer.count - filled), size - place))
            let target = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + room])
            var count = try file.read(into: target, at: place)
            if count == 0 {
                // It was cut while we read; the header has promised bytes.
                target.initializeMemory(as: UInt8.self, repeating: 0)
                count = room
            }
            filled += count
            place += Int64(count)
        }
        try put([UInt8](repeating: 0, count: TarWriter.padding(after: size)))
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
    func keptAttributes() throws -> [TarAttribute] {
        guard stat.kind == .regular || stat.kind == .directory else { return [] }
        var result: [TarAttribute] = []
        for attribute in try parent.fd.attributeNames(of: name).sorted() {
            let bytes = attribute.bytes
            let isUsers = bytes.starts(with: "user.".utf8) && !bytes.starts(with: "user.overlay.".utf8)
            guard isUsers || attribute == "security.capability" else { continue }
            guard let value = try parent.fd.attribute(attribute, of: name) else { continue }
            result.append(TarAttribute(name: Array(attribute.bytes), value: value))
        }
        return result
    }
}
