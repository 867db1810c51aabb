public import ImageModel
internal import NIOHTTP1
public import Primitives

extension RemoteRepository: ImageTarget {
    public func size(of blob: Digest) async throws -> Int64? {
        let answer = try await send(.HEAD, url("\(path)/blobs/\(blob)"), soon: true)
        guard answer.isSuccess || answer.status == 404 else { throw await answer.failure() }
        await answer.drop()
        return answer.isSuccess ? answer.length ?? 0 : nil
    }

    public func startUpload(mounting blob: Digest?, from source: String?) async throws -> (any BlobUpload)? {
        var url = url("\(path)/blobs/uploads/")
        var scope = scope
        if let blob, let source {
            url = url.adding("mount", blob.description).adding("from", source)
            scope += " repository:\(source):pull"
        }
        let answer = try await send(.POST, url, [("Content-Length", "0")], body: [], soon: true, scope: scope)
        if answer.status == 201 {
            await answer.drop()
            return nil
        }
        guard answer.status == 202 else { throw await answer.failure() }
        await answer.drop()
        return try RemoteUpload(self, at: answer)
    }

    public func put(manifest: FetchedManifest, as tag: String) async throws {
        let answer = try await send(
            .PUT, url("\(path)/manifests/\(tag)"), [("Content-Type", manifest.mediaType)], body: manifest.bytes,
            soon: true)
        guard answer.isSuccess else { throw await answer.failure() }
        await answer.drop()
    }
}

/// A blob that is sent in pieces; each is sent again, from where the registry says it is, when a connection breaks.
actor RemoteUpload: BlobUpload {
    private let repository: RemoteRepository
    /// The last `Location`: registries keep their state in it.
    private var location: WebAddress
    private var sent: Int64 = 0

    private static let mostFailures = 5

    init(_ repository: RemoteRepository, at answer: Answer) throws(RegistryError) {
        self.repository = repository
        location = try Self.location(of: answer, after: answer.url)
    }

    private static func location(of answer: Answer, after old: WebAddress) throws(RegistryError) -> WebAddress {
        guard let text = answer.header("location") else { return old }
        guard let url = old.resolving(text) else {
            throw RegistryError(.invalid, "the registry sends an upload to what is no web address")
        }
        return url
    }

    func append(_ bytes: [UInt8]) async throws {
        var rest = bytes
        var failures = 0
        while !rest.isEmpty {
            do {
                // A registry that has just begun again may not answer this question either.
                if failures > 0 { try await resume(&rest) }
                if !rest.isEmpty { try await patch(rest) }
                rest = []
            } catch let error as RegistryError where error.isTemporary && failures < Self.mostFailures {
                failures += 1
                try await Task.sleep(for: .seconds(error.retryAfter ?? min(1 << (failures - 1), 10)))
            }
        }
    }

    private func patch(_ bytes: [UInt8]) async throws {
        let headers = [
            ("Content-Type", "application/octet-stream"), ("Content-Range", "\(sent)-\(sent + Int64(bytes.count) - 1)"),
        ]
        let answer = try await repository.send(.PATCH, location, headers, body: bytes)
        guard answer.status == 202 || answer.status == 204 || answer.status == 201 else { throw await answer.failure() }
        await answer.drop()
        location = try Self.location(of: answer, after: location)
        sent += Int64(bytes.count)
    }

    /// Asks how far the registry is, and drops what it has.
    private func resume(_ rest: inout [UInt8]) async throws {
        let answer = try await repository.send(.GET, location, soon: true)
        guard answer.status == 204 || answer.status == 200 else { throw await answer.failure() }
        await answer.drop()
        location = try Self.location(of: answer, after: location)
        // `0-0` says nothing or one byte; nothing of importance is one byte long.
        let last = (answer.header("range") ?? "").split(separator: "-").last.flatMap { Int64($0) } ?? 0
        let position = last == 0 ? 0 : last + 1
        guard position >= sent, position - sent <= Int64(rest.count) else {
            throw RegistryError(.invalid, "the registry has \(position) bytes of an upload of which \(sent) were sent")
        }
        rest.removeFirst(Int(position - sent))
        sent = position
    }

    func commit(_ digest: Digest) async throws {
        let url = location.adding("digest", digest.description)
        let answer = try await repository.send(.PUT, url, [("Content-Type", "application/octet-stream")], body: [])
        guard answer.isSuccess else { throw await answer.failure() }
        await answer.drop()
    }

    func cancel() async {
        guard let answer = try? await repository.send(.DELETE, location, soon: true) else { return }
        await answer.drop()
    }
}
