internal import NIOCore
internal import NIOHTTP1
internal import Primitives
internal import RegistryStorage

/// An object that grows: parts of a chunk each go to S3 as they are full; what is short of one is held in memory until then,
/// or laid beside the parts when the writer is closed before the end.
actor S3Writer: StorageWriter {
    /// Where what is not in memory is.
    private enum Place {
        case nowhere
        case object(Int64)
        case upload(S3Upload)
    }

    private let driver: S3Driver
    private let key: String
    private var place = Place.nowhere
    private var parts: [S3Part] = []
    private var held = ByteBuffer()
    /// The object that has what is held, or what was.
    private var tail: String?
    /// Bytes of it that are not in memory: read when something comes behind them, and else left to S3.
    private var unread: Int64 = 0
    private var hasNews = false

    private init(_ key: String, _ driver: S3Driver) {
        self.key = key
        self.driver = driver
    }

    static func open(_ key: String, _ driver: S3Driver) async throws -> S3Writer {
        let writer = S3Writer(key, driver)
        try await writer.takeOver(try await UnfinishedObject.find(key, driver.client))
        return writer
    }

    private func takeOver(_ found: UnfinishedObject) async throws {
        tail = found.tail?.key
        if found.isObject, let object = found.object {
            if let upload = found.upload { try await driver.client.abort(upload) }
            place = .object(object.size)
        } else if let upload = found.upload, let last = found.parts.last, last.size < S3Settings.partSizes.lowerBound {
            // Distribution closes so. Nothing can come behind a short part: it has to be an object first.
            try await driver.client.finish(upload, found.parts)
            place = .object(found.partSize)
        } else {
            if let upload = found.upload { (place, parts) = (.upload(upload), found.parts) }
            unread = found.tail?.object.size ?? 0
        }
    }

    private func load(_ key: String) async throws -> ByteBuffer {
        let limit = S3Settings.partSizes.upperBound
        return ByteBuffer(bytes: try await driver.client.content(S3Request(.GET, key), limit: limit))
    }

    private var partSize: Int64 { parts.reduce(0) { $0 + $1.size } }

    var size: Int64 {
        if case .object(let size) = place { return size }
        return partSize + unread + Int64(held.readableBytes)
    }

    func write(_ buffer: ByteBuffer) async throws(EngineError) {
        guard buffer.readableBytes > 0 else { return }
        try await storing(key) {
            if case .object(let size) = place { try await reopen(size) }
            if unread > 0, let tail { held = try await load(tail) }
            unread = 0
            hasNews = true
            held.writeImmutableBuffer(buffer)
            while held.readableBytes >= driver.settings.chunkSize { try await putPart(driver.settings.chunkSize) }
        }
    }

    /// An object can't be added to: what is enough for a part is copied into a new upload, the rest comes into memory.
    private func reopen(_ size: Int64) async throws {
        if size >= S3Settings.partSizes.lowerBound {
            let upload = try await driver.client.beginUpload(key, driver.settings.objectHeaders)
            parts = try await driver.copyParts(key, size: size, to: upload)
            place = .upload(upload)
        } else {
            held = try await load(key)
            place = .nowhere
        }
    }

    private func putPart(_ count: Int) async throws {
        let upload: S3Upload
        if case .upload(let begun) = place {
            upload = begun
        } else {
            upload = try await driver.client.beginUpload(key, driver.settings.objectHeaders)
            place = .upload(upload)
        }
        guard let body = held.getSlice(at: held.readerIndex, length: count) else { return }
        parts.append(try await driver.client.put(body, part: (parts.last?.number ?? 0) + 1, of: upload))
        held.moveReaderIndex(forwardBy: count)
        held.discardReadBytes()
    }

    func close() async throws(EngineError) {
        guard hasNews else { return }
        try await storing(key) {
            let old = tail
            tail = nil
            if held.readableBytes > 0 {
                let name = UnfinishedObject.tailKey(key, behind: partSize)
                try await driver.client.put(held, name, driver.settings.objectHeaders)
                tail = name
            }
            hasNews = false
            if let old, old != tail { try await driver.client.remove([old]) }
        }
    }

    func commit() async throws(EngineError) {
        try await storing(key) {
            switch place {
            case .object: break
            case .nowhere:
                if unread > 0, let tail {
                    try await driver.client.copy(tail, to: key, driver.settings.objectHeaders)
                } else {
                    try await driver.client.put(held, key, driver.settings.objectHeaders)
                }
                place = .object(size)
            case .upload(let upload):
                if unread > 0, let tail {
                    let number = (parts.last?.number ?? 0) + 1
                    parts.append(try await driver.client.copy(tail, size: unread, part: number, of: upload))
                } else if held.readableBytes > 0 {
                    try await putPart(held.readableBytes)
                }
                try await driver.client.finish(upload, parts)
                place = .object(partSize)
            }
            unread = 0
            hasNews = false
            if let tail { try await driver.client.remove([tail]) }
            tail = nil
        }
    }
}
