import TarCodec

/// An archive unpacked into memory.
struct Unpacked {
    var entries: [TarEntry] = []
    var contents: [[UInt8]] = []
    var sawEnd = false
}

/// Feeds `bytes` in pieces of `chunk` and collects what comes out.
func unpack(_ bytes: [UInt8], chunk: Int = .max, limits: TarLimits = TarLimits()) throws -> Unpacked {
    var reader = TarReader(limits: limits)
    var result = Unpacked()
    var start = 0
    while start < bytes.count {
        let piece = Array(bytes[start..<min(bytes.count, start + min(chunk, bytes.count))])
        try piece.withUnsafeBytes { raw in
            var rest = raw
            while true {
                let (used, event) = try reader.step(rest)
                switch event {
                case .entry(let entry):
                    result.entries.append(entry)
                    result.contents.append([])
                case .data(let offset, let count):
                    try place(rest[..<count], at: offset, in: &result)
                case .entryEnd: pad(&result)
                case .archiveEnd: result.sawEnd = true
                case nil: break
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[used...])
                if event == nil { return }
            }
        }
        start += piece.count
    }
    try reader.finish()
    return result
}

struct TooLarge: Error {}

private func place(_ data: Slice<UnsafeRawBufferPointer>, at offset: Int64, in result: inout Unpacked) throws {
    guard offset < 64 << 20 else { throw TooLarge() }
    let last = result.contents.count - 1
    let missing = Int(offset) - result.contents[last].count
    if missing > 0 { result.contents[last] += [UInt8](repeating: 0, count: missing) }
    result.contents[last] += data
}

private func pad(_ result: inout Unpacked) {
    guard let entry = result.entries.last, entry.size < 64 << 20, entry.kind == .file else { return }
    let last = result.contents.count - 1
    let missing = Int(entry.size) - result.contents[last].count
    if missing > 0 { result.contents[last] += [UInt8](repeating: 0, count: missing) }
}

/// A whole archive of entries with contents.
func pack(_ files: [(TarEntry, [UInt8])], ends: Bool = true) throws -> [UInt8] {
    var result: [UInt8] = []
    for (entry, content) in files {
        var entry = entry
        if entry.kind == .file { entry.size = Int64(content.count) }
        result += try TarWriter.header(for: entry)
        result += content
        result += [UInt8](repeating: 0, count: TarWriter.padding(after: Int64(content.count)))
    }
    return ends ? result + TarWriter.end : result
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
