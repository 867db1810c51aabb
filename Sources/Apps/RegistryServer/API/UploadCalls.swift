internal import HTTPServer
internal import Primitives
internal import RegistryStorage

extension RegistryAPI {
    /// POST: a new upload, a blob in one request, or a mount from another repository.
    func beginUpload(_ call: RegistryCall, _ name: RepositoryName) async throws -> Answer {
        if let text = call.query["mount"], let source = call.query["from"] {
            let digest = try Digest(registry: text)
            if try await store.mount(digest, from: RepositoryName(parsing: source), to: name) {
                tell(.mount, call, EventTarget(digest: digest, in: name, from: source))
                return created(call, name, digest)
            }
        } else if let text = call.query["digest"], call.hasBody {
            let digest = try Digest(registry: text)
            let id = try await store.beginUpload(in: name)
            try await finish(call, name, id, at: 0, as: digest)
            return created(call, name, digest)
        }
        return .empty(202, uploadHeaders(call, name, try await store.beginUpload(in: name), size: 0))
    }

    func uploadStatus(_ call: RegistryCall, _ name: RepositoryName, _ id: UploadID) async throws -> Answer {
        .empty(204, uploadHeaders(call, name, id, size: try await store.uploadSize(id, in: name)))
    }

    /// PATCH: a part, whose place `Content-Range` names.
    func addToUpload(_ call: RegistryCall, _ name: RepositoryName, _ id: UploadID) async throws -> Answer {
        let range = try uploadedRange(call)
        do {
            let size = try await store.append(
                call.nextPiece, to: id, in: name, at: range?.lowerBound, length: range.map { Int64($0.count) })
            return .empty(202, uploadHeaders(call, name, id, size: size))
        } catch let error as RegistryError where error.code == .rangeInvalid {
            return try await outOfPlace(call, name, id, error)
        }
    }

    /// PUT: the last part, if there is one, and the digest of all.
    func finishUpload(_ call: RegistryCall, _ name: RepositoryName, _ id: UploadID) async throws -> Answer {
        guard let text = call.query["digest"] else {
            throw RegistryError(.digestInvalid, "the digest of what was uploaded is missing")
        }
        let digest = try Digest(registry: text)
        let range = try uploadedRange(call)
        do {
            try await finish(call, name, id, at: range?.lowerBound, as: digest)
            return created(call, name, digest)
        } catch let error as RegistryError where error.code == .rangeInvalid {
            return try await outOfPlace(call, name, id, error)
        }
    }

    func cancelUpload(_ call: RegistryCall, _ name: RepositoryName, _ id: UploadID) async throws -> Answer {
        try await store.cancelUpload(id, in: name)
        return .empty(204, [("Docker-Upload-UUID", id.description)])
    }

    private func finish(
        _ call: RegistryCall, _ name: RepositoryName, _ id: UploadID, at offset: Int64?, as digest: Digest
    ) async throws {
        let size = try await store.finishUpload(call.nextPiece, id, in: name, at: offset, as: digest)
        tell(.push, call, EventTarget(blob: digest, size: size, in: name))
    }

    /// Errors: `RANGE_INVALID` for a header that can't be read, `SIZE_INVALID` for one of another length than the body.
    private func uploadedRange(_ call: RegistryCall) throws(RegistryError) -> ClosedRange<Int64>? {
        guard let header = call.header("content-range") else { return nil }
        guard let range = ByteRange.uploaded(header) else { throw RegistryError(.rangeInvalid) }
        if let length = call.header("content-length").flatMap({ Int64($0) }), length != Int64(range.count) {
            throw RegistryError(.sizeInvalid)
        }
        return range
    }

    /// 416 says where the upload is, so that the client can go on from there.
    private func outOfPlace(
        _ call: RegistryCall, _ name: RepositoryName, _ id: UploadID, _ error: RegistryError
    ) async throws -> Answer {
        var response = failure(error)
        response.headers += uploadHeaders(call, name, id, size: try await store.uploadSize(id, in: name))
        return .whole(response)
    }

    /// `Range` has both its ends in it, so that an empty upload looks like one of a byte; clients know.
    private func uploadHeaders(
        _ call: RegistryCall, _ name: RepositoryName, _ id: UploadID, size: Int64
    ) -> [(String, String)] {
        [
            ("Location", call.uploadLocation(name, id)), ("Range", "0-\(max(0, size - 1))"),
            ("Docker-Upload-UUID", id.description),
        ]
    }

    private func created(_ call: RegistryCall, _ name: RepositoryName, _ digest: Digest) -> Answer {
        .empty(
            201, [("Location", call.blobLocation(name, digest)), ("Docker-Content-Digest", digest.description)])
    }
}
