internal import AsyncHTTPClient
internal import HostSystem
internal import NIOCore
internal import NIOHTTP1
internal import Primitives
internal import RegistryStorage

/// An object that is read. When another takes its place meanwhile, reading it fails: what is read is never of both.
struct S3Content: StoredContent {
    let client: S3Client
    let key: String
    let object: S3Object

    /// How long somebody may use an address that he was sent to: distribution's own figure.
    private static let lifetime = 20 * 60

    var size: Int64 { object.size }

    func read(at offset: Int64, count: Int) async throws(EngineError) -> ByteBuffer {
        let end = min(offset + Int64(count), size)
        var result = ByteBuffer()
        guard offset < end else { return result }
        try await storing(key) { try await pieces(offset..<end) { result.writeImmutableBuffer($0) } }
        return result
    }

    /// One request, and another from there on when the connection breaks.
    func pieces(_ range: Range<Int64>, _ take: (ByteBuffer) async throws -> Void) async throws {
        var (offset, backOff) = (range.lowerBound, BackOff())
        while offset < range.upperBound {
            let before = offset
            let problem = try await answer(offset..<range.upperBound) { buffer in
                try await take(buffer)
                offset += Int64(buffer.readableBytes)
            }
            if offset == range.upperBound { return }
            if offset > before { backOff = BackOff() }
            guard let pause = backOff.pause() else {
                throw EngineError(.unavailable, "\(key) broke off after \(offset) bytes", cause: problem)
            }
            try await Task.sleep(for: pause)
        }
    }

    /// What came of a part before the connection broke; why it did. Errors: what `take` throws, and the service's own.
    private func answer(
        _ range: Range<Int64>, _ take: (ByteBuffer) async throws -> Void
    ) async throws -> (any Error)? {
        let request = S3Request(
            .GET, key,
            headers: [("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"), ("if-match", object.tag)])
        let response = try await storing(key) { try await client.send(request) }
        guard response.status == .partialContent || range == 0..<size else {
            throw EngineError(.unavailable, "\(key): the S3 service takes no ranges")
        }
        var (rest, isTaking) = (range.count, false)
        do {
            for try await buffer in response.body {
                rest -= buffer.readableBytes
                guard rest >= 0 else { return EngineError(.unavailable, "\(key): more bytes than were asked for") }
                isTaking = true
                try await take(buffer)
                isTaking = false
            }
            return nil
        } catch {
            if isTaking { throw error }
            return error
        }
    }

    func descriptor() throws(EngineError) -> Descriptor? { nil }

    var address: String? { client.address(key, seconds: Self.lifetime) }
}
