import LinuxSystem
import TarCodec

/// Writes a recipe while the archive is unpacked.
final class RecipeWriter {
    private let sink: GzipSink
    private var literal: [UInt8] = []
    private var path: [UInt8] = []
    private var ranges: [TarSparseRange] = []

    init(_ sink: any ByteSink) throws {
        self.sink = GzipSink(sink)
        try self.sink.write(LayerRecipe.magic)
    }

    /// Bytes that are no file's content, or that of a file which is not kept.
    func add(literal bytes: UnsafeRawBufferPointer) throws {
        literal.append(contentsOf: bytes)
        if literal.count >= 1 << 16 { try flushLiteral() }
    }

    /// Content that went to `offset` of the file at `path`. The pieces of one file come one after the other.
    func add(content count: Int, at offset: Int64, of path: EntryPath) throws {
        if ranges.isEmpty {
            try flushLiteral()
            self.path = Array(path.parts.joined(separator: [0x2f]))
        }
        if let last = ranges.last, last.offset + last.length == offset {
            ranges[ranges.count - 1].length += Int64(count)
        } else {
            ranges.append(TarSparseRange(offset: offset, length: Int64(count)))
        }
    }

    func endFile() throws {
        guard !ranges.isEmpty else { return }
        var record = [LayerRecipe.Tag.content.rawValue]
        Self.append(Int64(path.count), to: &record)
        record += path
        Self.append(Int64(ranges.count), to: &record)
        for range in ranges {
            Self.append(range.offset, to: &record)
            Self.append(range.length, to: &record)
        }
        ranges.removeAll(keepingCapacity: true)
        try sink.write(record)
    }

    func finish(sha256: [UInt8]) throws {
        try flushLiteral()
        try sink.write([LayerRecipe.Tag.end.rawValue] + sha256)
        try sink.finish()
    }

    private func flushLiteral() throws {
        guard !literal.isEmpty else { return }
        var head = [LayerRecipe.Tag.literal.rawValue]
        Self.append(Int64(literal.count), to: &head)
        try sink.write(head)
        try sink.write(literal)
        literal.removeAll(keepingCapacity: true)
    }

    private static func append(_ value: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: value)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
