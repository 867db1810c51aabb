internal import AsyncHTTPClient
public import ImageModel
internal import NIOCore
internal import NIOHTTP1
internal import OrderedJSON
internal import Primitives

extension RemoteRepository: ImageSource {
    public func manifest(_ reference: String) async throws -> FetchedManifest {
        try await patiently { try await self.manifestOnce(reference) }
    }

    /// A mirror gets one try: there is another endpoint, which is not kept waiting.
    private func patiently<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        try await endpoint.isMirror ? body() : Patience.run(body)
    }

    private func manifestOnce(_ reference: String) async throws -> FetchedManifest {
        let accept = OCIMediaType.manifests.map { ("Accept", $0) }
        let answer = try await send(.GET, url("\(path)/manifests/\(reference)"), accept, soon: true)
        guard answer.isSuccess else { throw await answer.failure() }
        var bytes = try await answer.collect(limit: FetchedManifest.maximumSize, "manifest \(path):\(reference)")
        if let signed = try SignedManifest.payload(of: bytes) { bytes = signed }
        let type = (answer.header("content-type") ?? "").prefix { $0 != ";" }
        let digest = Digest.sha256(of: bytes)
        if let asked = try? Digest(parsing: reference), asked != digest {
            throw RegistryError(.invalid, "manifest verification failed for digest \(asked)")
        }
        return FetchedManifest(bytes: bytes, mediaType: type.filter { $0 != " " }, digest: digest)
    }

    public func blob(
        _ blob: OCIDescriptor, from offset: Int64, _ take: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let answer = try await open(blob, from: offset)
        let part = AnnouncedPart(
            status: answer.status, length: answer.length, range: answer.header("content-range"))
        try part.check(blob.digest, from: offset, size: blob.size)
        var body = BlobBody(answer, offset: offset, size: blob.size, digest: blob.digest)
        try await body.read(take)
    }

    /// At the registry, or where the manifest says that a foreign layer is.
    private func open(_ blob: OCIDescriptor, from offset: Int64) async throws -> Answer {
        let range = offset > 0 ? [("Range", "bytes=\(offset)-")] : []
        let answer = try await send(.GET, url("\(path)/blobs/\(blob.digest)"), range)
        if answer.isSuccess { return answer }
        let failure = await answer.failure()
        guard failure.status == 404 else { throw failure }
        for text in blob.urls ?? [] {
            guard let url = WebAddress(text) else { continue }
            let foreign = try await send(.GET, url, range)
            if foreign.isSuccess { return foreign }
            await foreign.drop()
        }
        throw failure
    }

    public func tags() async throws -> [String] {
        var result: [String] = []
        var next: WebAddress? = url("\(path)/tags/list")
        var seen: Set<WebAddress> = []
        while let page = next, result.count < Self.mostTags, seen.count < Self.mostPages, seen.insert(page).inserted {
            let (answer, bytes) = try await patiently {
                let answer = try await self.send(.GET, page, soon: true)
                guard answer.isSuccess else { throw await answer.failure() }
                return (answer, try await answer.collect(limit: Self.maximumPage, "the tags of \(self.path)"))
            }
            let tags = (try? JSONValue(parsing: bytes))?["tags"]?.arrayValue?.compactMap(\.stringValue) ?? []
            result += tags.filter(ImageReference.isTag)
            next = tags.isEmpty ? nil : Self.nextPage(answer.header("link"), page)
        }
        return Array(Set(result)).sorted()
    }

    private static let mostTags = 100_000
    private static let mostPages = 10_000
    private static let maximumPage = 8 << 20

    /// `Link: </v2/a/tags/list?last=b&n=100>; rel="next"`, of the same registry.
    static func nextPage(_ link: String?, _ page: WebAddress) -> WebAddress? {
        guard let link, let start = link.firstIndex(of: "<"), let end = link.firstIndex(of: ">"), start < end,
            link[end...].contains("next"), let url = page.resolving(String(link[link.index(after: start)..<end])),
            url.origin == page.origin, url != page
        else { return nil }
        return url
    }
}

/// Reads a blob piece by piece, and never more than its size.
private struct BlobBody {
    private let answer: Answer
    private let digest: Digest
    private let size: Int64
    /// Where the next byte belongs.
    private var position: Int64
    /// Bytes that were sent again and are here already: the registry takes no ranges.
    private var skipped: Int64

    private static let piece = 1 << 20

    init(_ answer: Answer, offset: Int64, size: Int64, digest: Digest) {
        self.answer = answer
        self.digest = digest
        self.size = size
        position = offset
        skipped = answer.status == 206 ? 0 : offset
    }

    mutating func read(_ take: @Sendable ([UInt8]) async throws -> Void) async throws {
        var held: [UInt8] = []
        var iterator = answer.response.body.makeAsyncIterator()
        while true {
            let found: ByteBuffer?
            do throws(RegistryError) { found = try await next(&iterator) } catch {
                // What came before the connection broke need not come again.
                if !held.isEmpty { try await take(held) }
                throw error
            }
            guard var buffer = found else { break }
            if skipped > 0 {
                let count = min(Int(clamping: skipped), buffer.readableBytes)
                buffer.moveReaderIndex(forwardBy: count)
                skipped -= Int64(count)
            }
            guard size < 0 || position + Int64(held.count + buffer.readableBytes) <= size else {
                throw RegistryError(.invalid, "blob \(digest) is larger than the \(size) bytes that the manifest says")
            }
            if held.capacity < Self.piece { held.reserveCapacity(Self.piece + (128 << 10)) }
            held.append(contentsOf: buffer.readableBytesView)
            guard held.count >= Self.piece else { continue }
            position += Int64(held.count)
            try await take(held)
            held.removeAll(keepingCapacity: true)
        }
        position += Int64(held.count)
        if !held.isEmpty { try await take(held) }
        guard size < 0 || position == size else {
            throw RegistryError(
                .unreachable, "blob \(digest) broke off after \(position) of \(size) bytes: unexpected EOF")
        }
    }

    private func next(
        _ iterator: inout HTTPClientResponse.Body.AsyncIterator
    ) async throws(RegistryError) -> ByteBuffer? {
        do { return try await iterator.next() } catch {
            throw ConnectionFailure.error(error, "GET", answer.url)
        }
    }
}
