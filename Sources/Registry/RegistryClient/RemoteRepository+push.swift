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
