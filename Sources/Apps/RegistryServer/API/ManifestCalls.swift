internal import HTTPServer
internal import Primitives
internal import RegistryStorage

extension RegistryAPI {
    /// GET and HEAD. What is stored is served whatever the client says it accepts: converting it would change its digest.
    func getManifest(
        _ call: RegistryCall, _ name: RepositoryName, _ reference: ManifestReference
    ) async throws -> Answer {
        let manifest = try await contents.manifest(reference, in: name)
        let etag = "\"\(manifest.digest)\""
        let headers = [("Docker-Content-Digest", manifest.digest.description), ("ETag", etag)]
        if Condition.isKnown(call.header("if-none-match"), etag: etag) { return .empty(304, headers) }
        if !call.isHead { tell(.pull, call, EventTarget(manifest, reference, in: name)) }
        return .whole(
            Response(status: 200, headers: headers + [("Content-Type", manifest.mediaType)], body: manifest.bytes))
    }

    func putManifest(
        _ call: RegistryCall, _ name: RepositoryName, _ reference: ManifestReference
    ) async throws -> Answer {
        let bytes: [UInt8]
        do throws(ExchangeError) {
            bytes = try await call.exchange.collectBody(limit: ManifestDocument.maximumSize)
        } catch {
            guard case .bodyTooLarge = error else { throw error }
            throw RegistryError(
                .manifestInvalid, "the manifest is larger than \(ManifestDocument.maximumSize) bytes", status: 413)
        }
        let tags = try furtherTags(call, reference)
        let (digest, document) = try await store.putManifest(
            bytes, as: reference, contentType: call.mediaType, tags: tags, in: name)
        var headers = [
            ("Location", call.manifestLocation(name, digest)), ("Docker-Content-Digest", digest.description),
        ]
        if let subject = document.subject { headers.append(("OCI-Subject", subject.description)) }
        headers += tags.map { ("OCI-Tag", $0) }
        let stored = StoredManifest(digest: digest, mediaType: document.mediaType, bytes: bytes)
        tell(.push, call, EventTarget(stored, reference, in: name))
        return .empty(201, headers)
    }

    /// `?tag=a&tag=b` beside a digest (OCI distribution-spec, "Pushing manifests with tags").
    private func furtherTags(_ call: RegistryCall, _ reference: ManifestReference) throws(RegistryError) -> [String] {
        let tags = call.query.all("tag")
        guard !tags.isEmpty else { return [] }
        guard case .digest = reference, tags.count <= 100, tags.allSatisfy(ImageReference.isTag) else {
            throw RegistryError(.tagInvalid, "tags go with a manifest that is pushed by digest")
        }
        return tags
    }

    func deleteManifest(
        _ call: RegistryCall, _ name: RepositoryName, _ reference: ManifestReference
    ) async throws -> Answer {
        try checkDeletes()
        let tags = try await store.deleteManifest(reference, in: name)
        if case .digest(let digest) = reference { tell(.delete, call, EventTarget(digest: digest, in: name)) }
        for tag in tags { tell(.delete, call, EventTarget(tag: tag, in: name)) }
        return .empty(202)
    }

    /// Errors: `UNSUPPORTED` unless the configuration allows deletes.
    func checkDeletes() throws(RegistryError) {
        guard settings.allowsDeletes else { throw RegistryError(.unsupported) }
    }
}

extension RegistryCall {
    /// The content type without parameters; nil when there is none.
    var mediaType: String? {
        let text = (header("content-type") ?? "").prefix { $0 != ";" }.filter { $0 != " " }
        return text.isEmpty ? nil : text
    }
}
