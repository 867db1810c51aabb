internal import LayerFS
internal import LinuxSystem
internal import Primitives
internal import Synchronization
internal import TarCodec

/// Passes a layer's tar on and writes down all of it that is not the content of a file, so that the very bytes that
/// the layer's digest names can be put together again from the unpacked files.
///
/// The record is a sequence of `0, length (4 bytes), bytes` for what stands in the tar and `1, offset (8), count (8)`
/// for content of the current entry's file; numbers are little-endian.
final class TarSplitRecorder: ByteSource {
    struct State {
        var reader = TarReader()
        var record: [UInt8] = []
        /// Where the length of the open run of plain bytes stands in `record`.
        var openRun: Int?
        var payload: (offset: Int64, count: Int64)?
        /// The entry's content is not found under its name afterwards.
        var isInline = false
    }

    private let source: any ByteSource
    private let file: FDBox
    private let path: String
    private let finalPath: String
    private let state = Mutex(State())

    private static let flushSize = 256 << 10

    /// Records to a new file at `path`, which becomes `finalPath` when all is done.
    init(reading source: any ByteSource, to path: String, finalPath: String) throws(SystemError) {
        self.source = source
        self.path = path
        self.finalPath = finalPath
        file = FDBox(try FD.open(at: RawPath(path), [.writeOnly, .create, .exclusive], mode: 0o600))
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try source.read(into: buffer)
        try state.withLock { state in
            try state.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            if state.record.count >= Self.flushSize { try flush(&state) }
        }
        return count
    }

    /// Makes the record durable, under its final name.
    func finish() throws {
        try state.withLock { state in
            state.closePayload()
            try flush(&state)
        }
        try file.fd.sync()
        try HostFile.rename(path, to: finalPath)
        try HostDirectory.sync(HostDirectory.parent(of: finalPath))
    }

    func abandon() { try? HostFile.remove(path) }

    private func flush(_ state: inout State) throws {
        state.closeRun()
        try file.fd.writeAll(state.record)
        state.record.removeAll(keepingCapacity: true)
    }
}

extension TarSplitRecorder.State {
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(EngineError) {
        var rest = bytes
        while !rest.isEmpty {
            let used: Int
            let event: TarEvent?
            do {
                (used, event) = try reader.step(rest)
            } catch {
                throw EngineError(.badParameter, "invalid tar: \(error)", cause: error)
            }
            let taken = UnsafeRawBufferPointer(rebasing: rest[..<used])
            rest = UnsafeRawBufferPointer(rebasing: rest[used...])
            switch event {
            case .data(let offset, let count) where !isInline:
                keep(UnsafeRawBufferPointer(rebasing: taken.dropLast(count)))
                skip(offset, Int64(count))
            case .entry(let entry):
                keep(taken)
                isInline = Self.holdsMark(entry.name)
            case nil where used == 0: return
            default: keep(taken)
            }
        }
    }

    private static func holdsMark(_ name: [UInt8]) -> Bool {
        name.split(separator: UInt8(ascii: "/")).contains { $0.starts(with: Whiteout.prefix) }
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        closePayload()
        if openRun == nil {
            record.append(0)
            openRun = record.count
            record.append(contentsOf: [0, 0, 0, 0])
        }
        record.append(contentsOf: bytes)
    }

    private mutating func skip(_ offset: Int64, _ count: Int64) {
        closeRun()
        if let payload, payload.offset + payload.count == offset {
            self.payload = (payload.offset, payload.count + count)
        } else {
            closePayload()
            payload = (offset, count)
        }
    }

    mutating func closeRun() {
        guard let start = openRun else { return }
        let length = UInt32(record.count - start - 4)
        for index in 0..<4 { record[start + index] = UInt8(truncatingIfNeeded: length >> UInt32(8 * index)) }
        openRun = nil
    }

    mutating func closePayload() {
        guard let (offset, count) = payload else { return }
        payload = nil
        closeRun()
        record.append(1)
        for value in [offset, count] {
            for index in 0..<8 { record.append(UInt8(truncatingIfNeeded: value >> Int64(8 * index))) }
        }
    }
}
