internal import LayerFS
internal import LinuxSystem
internal import Primitives
internal import TarCodec

/// Puts a layer's tar together again from its record and the unpacked files, byte for byte.
final class TarSplitAssembler {
    private let record: BufferedFile
    private let root: FDBox
    private let sink: any ByteSink
    private var reader = TarReader()
    private var hash = SHA256()
    private var entryName: [UInt8] = []
    private var content: FDBox?
    private var chunk = [UInt8](repeating: 0, count: 256 << 10)

    /// `root` is the layer's tree, as the layer sees it.
    init(recordPath: String, root: consuming FD, sink: any ByteSink) throws(SystemError) {
        record = BufferedFile(try FD.open(at: RawPath(recordPath), .readOnly))
        self.root = FDBox(root)
        self.sink = sink
    }

    /// Writes the tar. Errors: `internal` when the result is not what the digest names, after it was written.
    func write(expecting diffID: Digest) throws {
        while let kind = try record.byte() {
            switch kind {
            case 0: try copyRun(Int(try record.number(bytes: 4)))
            case 1:
                let offset = Int64(bitPattern: try record.number(bytes: 8))
                try copyContent(from: offset, count: Int64(bitPattern: try record.number(bytes: 8)))
            default: throw EngineError(.internal, "the record of layer \(diffID) is damaged")
            }
        }
        guard hash.hex == diffID.hex else {
            throw EngineError(.internal, "layer \(diffID) has changed on disk: its files give sha256:\(hash.hex)")
        }
    }

    private func copyRun(_ length: Int) throws {
        var rest = length
        while rest > 0 {
            let count = min(rest, chunk.count)
            try chunk.withUnsafeMutableBytes { try record.fill(UnsafeMutableRawBufferPointer(rebasing: $0[..<count])) }
            try give(count)
            rest -= count
        }
    }

    private func copyContent(from offset: Int64, count: Int64) throws {
        let file = try contentOfEntry()
        var done: Int64 = 0
        while done < count {
            let wanted = Int(min(count - done, Int64(chunk.count)))
            let got = try chunk.withUnsafeMutableBytes {
                try file.fd.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<wanted]), at: offset + done)
            }
            guard got > 0 else {
                throw EngineError(.internal, "\(String(decoding: entryName, as: UTF8.self)) is shorter than it was")
            }
            try give(got)
            done += Int64(got)
        }
    }

    private func contentOfEntry() throws -> FDBox {
        if let content { return content }
        let name = entryName.drop { $0 == UInt8(ascii: "/") }
        let file = FDBox(try root.fd.open(RawPath(Array(name)), .readOnly, resolve: .inRoot))
        content = file
        return file
    }

    /// Passes on the first bytes of `chunk`, and follows them through the archive.
    private func give(_ count: Int) throws {
        try chunk.withUnsafeBytes { bytes in
            var rest = UnsafeRawBufferPointer(rebasing: bytes[..<count])
            hash.update(rest)
            try sink.write(rest)
            while !rest.isEmpty {
                let (used, event) = try reader.step(rest)
                if case .entry(let entry) = event {
                    entryName = entry.name
                    content = nil
                }
                if event == nil, used == 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[used...])
            }
        }
    }
}

/// A file that is read in small pieces.
final class BufferedFile {
    private let file: FDBox
    private var buffer = [UInt8](repeating: 0, count: 256 << 10)
    private var start = 0
    private var end = 0

    init(_ fd: consuming FD) { file = FDBox(fd) }

    /// The next byte; nil at the end.
    func byte() throws -> UInt8? {
        guard try refill() else { return nil }
        start += 1
        return buffer[start - 1]
    }

    func number(bytes: Int) throws -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<bytes {
            guard let byte = try byte() else { throw EngineError(.internal, "unexpected end of a layer's record") }
            value |= UInt64(byte) << UInt64(8 * index)
        }
        return value
    }

    func fill(_ target: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < target.count {
            guard try refill() else { throw EngineError(.internal, "unexpected end of a layer's record") }
            let count = min(end - start, target.count - done)
            buffer.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: target[done..<done + count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + count]))
            }
            start += count
            done += count
        }
    }

    private func refill() throws -> Bool {
        if start < end { return true }
        start = 0
        end = try buffer.withUnsafeMutableBytes { try file.fd.read(into: $0) }
        return end > 0
    }
}
