internal import NIOCore
public import Primitives
internal import HostSystem
internal import Synchronization

/// Files in memory, gone with the process: for tests and trials.
public final class InMemoryDriver: StorageDriver {
    public let name = "inmemory"
    public let showsUnfinished = false
    private let files = Mutex<[String: (content: ByteBuffer, modified: Timestamp)]>([:])

    public init() {}

    private static func missing(_ path: StoragePath) -> EngineError { EngineError(.notFound, "\(path): not found") }

    private func file(_ path: StoragePath) throws(EngineError) -> ByteBuffer {
        guard let file = files.withLock({ $0[path.description]?.content }) else { throw Self.missing(path) }
        return file
    }

    public func content(_ path: StoragePath, limit: Int) async throws(EngineError) -> [UInt8] {
        let file = try file(path)
        guard file.readableBytes <= limit else { throw EngineError(.unavailable, "\(path): more than \(limit) bytes") }
        return Array(file.readableBytesView)
    }

    public func put(_ bytes: [UInt8], at path: StoragePath) async throws(EngineError) {
        set(ByteBuffer(bytes: bytes), path)
    }

    func set(_ content: ByteBuffer, _ path: StoragePath) {
        files.withLock { $0[path.description] = (content, .now()) }
    }

    public func entry(_ path: StoragePath) async throws(EngineError) -> StorageEntry {
        let found = files.withLock { files -> StorageEntry? in
            if let file = files[path.description] {
                return StorageEntry(isFolder: false, size: Int64(file.content.readableBytes), modified: file.modified)
            }
            let below = files.filter { $0.key.hasPrefix(path.description + "/") }
            return below.map(\.value.modified).max().map { StorageEntry(isFolder: true, size: 0, modified: $0) }
        }
        guard let found else { throw Self.missing(path) }
        return found
    }

    public func names(in path: StoragePath) async throws(EngineError) -> [String] {
        let prefix = path.description + "/"
        let names = files.withLock { files in
            Set(files.keys.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count).prefix { $0 != "/" } })
        }
        guard !names.isEmpty else { throw Self.missing(path) }
        return names.map(String.init).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    public func open(_ path: StoragePath) async throws(EngineError) -> any StoredContent {
        HeldContent(content: try file(path))
    }

    public func writer(_ path: StoragePath) async throws(EngineError) -> any StorageWriter {
        let content = files.withLock { $0[path.description]?.content } ?? ByteBuffer()
        set(content, path)
        return MemoryWriter(self, path, content)
    }

    public func move(_ path: StoragePath, to target: StoragePath) async throws(EngineError) {
        let isMoved = files.withLock { files in
            guard let file = files.removeValue(forKey: path.description) else { return false }
            files[target.description] = file
            return true
        }
        if !isMoved { throw Self.missing(path) }
    }

    public func remove(_ path: StoragePath) async throws(EngineError) {
        let isRemoved = files.withLock { files in
            let gone = files.keys.filter { $0 == path.description || $0.hasPrefix(path.description + "/") }
            for key in gone { files[key] = nil }
            return !gone.isEmpty
        }
        if !isRemoved { throw Self.missing(path) }
    }

    // No other process sees these files, and a sweep in this one is not offered.
    public func hold(exclusive: Bool) async throws(EngineError) -> (any StorageHold)? { nil }
    public func announceServing() async throws(EngineError) -> (any StorageHold)? { nil }
    public func holdUnserved() async throws(EngineError) -> (any StorageHold)? { nil }
}

/// A file in memory that is read.
struct HeldContent: StoredContent {
    let content: ByteBuffer
    var size: Int64 { Int64(content.readableBytes) }

    func read(at offset: Int64, count: Int) async throws(EngineError) -> ByteBuffer {
        let start = Int(min(max(offset, 0), size))
        return content.getSlice(at: content.readerIndex + start, length: min(count, Int(size) - start)) ?? ByteBuffer()
    }

    func descriptor() throws(EngineError) -> Descriptor? { nil }
}

/// A file in memory that grows; others see what was written when it is closed.
final class MemoryWriter: StorageWriter {
    private let driver: InMemoryDriver
    private let path: StoragePath
    private let content: Mutex<ByteBuffer>

    init(_ driver: InMemoryDriver, _ path: StoragePath, _ content: ByteBuffer) {
        self.driver = driver
        self.path = path
        self.content = Mutex(content)
    }

    var size: Int64 { get async { Int64(content.withLock { $0.readableBytes }) } }

    func write(_ buffer: ByteBuffer) async throws(EngineError) {
        content.withLock { _ = $0.writeImmutableBuffer(buffer) }
    }

    func close() async throws(EngineError) { driver.set(content.withLock { $0 }, path) }

    func commit() async throws(EngineError) { try await close() }
}
