internal import HostSystem
internal import NIOCore
internal import Primitives
internal import Synchronization

/// A file of this machine that is read.
final class StoredFile: StoredContent {
    let size: Int64
    private let file: OpenFile

    init(size: Int64, file: consuming OpenFile) {
        self.size = size
        self.file = file
    }

    func read(at offset: Int64, count: Int) async throws(EngineError) -> ByteBuffer {
        var buffer = ByteBuffer()
        var failure: EngineError?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            do throws(EngineError) {
                return try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: target.prefix(count)))
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return buffer
    }

    func descriptor() throws(EngineError) -> Descriptor? { try file.duplicate() }
}

/// A file of this machine that grows.
final class FileWriter: StorageWriter {
    private let file: OpenFile
    private let written: Atomic<Int64>

    init(size: Int64, file: consuming OpenFile) {
        self.file = file
        written = Atomic(size)
    }

    var size: Int64 { get async { written.load(ordering: .relaxed) } }

    func write(_ buffer: ByteBuffer) async throws(EngineError) {
        let offset = written.load(ordering: .relaxed)
        try buffer.withUnsafeReadableBytes { source throws(EngineError) in try file.write(at: offset, source) }
        written.store(offset + Int64(buffer.readableBytes), ordering: .relaxed)
    }

    func close() async throws(EngineError) {}

    func commit() async throws(EngineError) { try file.sync() }
}
