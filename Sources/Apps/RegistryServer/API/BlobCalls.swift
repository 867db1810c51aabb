internal import HTTPServer
internal import Primitives
internal import RegistryStorage

extension RegistryAPI {
    /// GET and HEAD: the bytes, whole or a range.
    func getBlob(_ call: RegistryCall, _ name: RepositoryName, _ digest: Digest) async throws -> Answer {
        let content = try await contents.blob(digest, in: name)
        let etag = "\"\(digest)\""
        var headers = [
            ("Docker-Content-Digest", digest.description), ("ETag", etag), ("Accept-Ranges", "bytes"),
            ("Content-Type", "application/octet-stream"), ("Cache-Control", "max-age=31536000"),
        ]
        if Condition.isKnown(call.header("if-none-match"), etag: etag) { return .empty(304, headers) }
        // What HEAD asks for is known already.
        if settings.redirects, !call.isHead, let address = content.address {
            tell(.pull, call, EventTarget(blob: digest, size: content.size, in: name))
            // The address ends before the blob does.
            return .empty(307, headers.filter { $0.0 != "Cache-Control" } + [("Location", address)])
        }
        let ifRange = call.header("if-range")
        let asked = ifRange == nil || ifRange == etag ? call.header("range") : nil
        switch ByteRange.read(asked, size: content.size) {
        case .whole:
            headers.append(("Content-Length", "\(content.size)"))
            if !call.isHead { tell(.pull, call, EventTarget(blob: digest, size: content.size, in: name)) }
            return .content(status: 200, headers: headers, content: content, range: 0..<content.size)
        case .part(let range):
            headers.append(("Content-Length", "\(range.count)"))
            headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.size)"))
            if !call.isHead { tell(.pull, call, EventTarget(blob: digest, size: content.size, in: name)) }
            return .content(status: 206, headers: headers, content: content, range: range)
        case .unsatisfiable:
            var response = failure(RegistryError(.rangeInvalid, "the range is not in the blob"))
            response.headers.append(("Content-Range", "bytes */\(content.size)"))
            return .whole(response)
        }
    }

    func deleteBlob(_ call: RegistryCall, _ name: RepositoryName, _ digest: Digest) async throws -> Answer {
        try checkDeletes()
        try await store.deleteBlob(digest, in: name)
        tell(.delete, call, EventTarget(digest: digest, in: name))
        return .empty(202, [("Docker-Content-Digest", digest.description)])
    }
}
