internal import LayerFS
internal import Primitives
internal import TarCodec

/// Walks an archive entry by entry; as a source it gives the content of the current entry.
final class ArchiveReader: ByteSource, @unchecked Sendable {
    // Invariant: a source is used by one thread at a time, and `next` only when nobody reads.
    private let source: any ByteSource
    private var reader = TarReader()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    private var start = 0
    private var end = 0
    /// Bytes at `start` that belong to the current entry.
    private var content = 0
    private var isInEntry = false
    private var isEnded = false

    init(_ source: any ByteSource) { self.source = source }

    deinit { buffer.deallocate() }

    /// The next entry; what was left of the one before is skipped. Nil at the end of the archive.
    func next() throws -> TarEntry? {
        while true {
            start += content
            content = 0
            switch try step() {
            case .entry(let entry)?:
                guard entry.sparse == nil else {
                    throw EngineError(.badParameter, "invalid archive: \(entry.displayName) is sparse")
                }
                isInEntry = true
                return entry
            case .data(_, let count)?: content = count
            case .entryEnd?, .archiveEnd?: isInEntry = false
            case nil: return nil
            }
        }
    }

    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        while content == 0 {
            guard isInEntry else { return 0 }
            switch try step() {
            case .data(_, let count)?: content = count
            case .entryEnd?: isInEntry = false
            default: throw EngineError(.badParameter, "invalid archive: an entry is cut off")
            }
        }
        let count = min(content, target.count)
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<start + count]))
        start += count
        content -= count
        return count
    }

    /// The content of the current entry, if it has at most `limit` bytes.
    func readAll(limit: Int, name: String) throws -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try chunk.withUnsafeMutableBytes { try read(into: $0) }
            if count == 0 { return result }
            guard result.count + count <= limit else {
                throw EngineError(.badParameter, "invalid archive: \(name) is larger than \(limit) bytes")
            }
            result.append(contentsOf: chunk[..<count])
        }
    }

    /// The next event; content stays in the buffer at `start`.
    private func step() throws -> TarEvent? {
        do {
            while true {
                let (used, event) = try reader.step(UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
                if case .data(_, let count)? = event {
                    start += used - count
                    return event
                }
                start += used
                if let event { return event }
                if isEnded { return nil }
                (start, end) = (0, try source.read(into: buffer))
                if end == 0 {
                    isEnded = true
                    try reader.finish()
                    return nil
                }
            }
        } catch let error as TarError {
            throw EngineError(.badParameter, "invalid archive: \(error)", cause: error)
        }
    }
}
