internal import LayerFS
internal import Primitives
internal import TarCodec

/// Writes an archive, small things from memory and layers as they come.
final class ArchiveWriter {
    private let sink: any ByteSink
    private let modified: TarTime

    init(_ sink: any ByteSink, modified: Timestamp) {
        self.sink = sink
        self.modified = TarTime(seconds: modified.isZero ? 0 : max(0, modified.seconds))
    }

    func folder(_ name: String) throws {
        try header(TarEntry(kind: .directory, name: Array("\(name)/".utf8), mode: 0o755))
    }

    func file(_ name: String, _ bytes: [UInt8]) throws {
        try file(name, size: Int64(bytes.count)) { try $0.write(bytes) }
    }

    /// `body` has to write `size` bytes.
    func file(_ name: String, size: Int64, _ body: (any ByteSink) throws -> Void) throws {
        try header(TarEntry(kind: .file, name: Array(name.utf8), mode: 0o644, size: size))
        try body(sink)
        try sink.write([UInt8](repeating: 0, count: TarWriter.padding(after: size)))
    }

    func link(_ name: String, to target: String) throws {
        try header(
            TarEntry(kind: .symbolicLink, name: Array(name.utf8), linkName: Array(target.utf8), mode: 0o777))
    }

    func finish() throws { try sink.write(TarWriter.end) }

    private func header(_ entry: TarEntry) throws {
        var entry = entry
        entry.modified = modified
        try sink.write(TarWriter.header(for: entry))
    }
}
