internal import OrderedJSON
public import NIOCore
public import Primitives

/// Bytes as they come from a client; nil at their end. Errors are the client's.
public typealias UploadSource = () async throws -> ByteBuffer?

extension RegistryStore {
    /// Begins an upload.
    public func beginUpload(in name: RepositoryName) async throws(RegistryError) -> UploadID {
        let id = UploadID()
        try await storing { () async throws(EngineError) in
            try await driver.put(Array(Timestamp.now().description.utf8), at: Layout.uploadStart(name, id))
        }
        sessions.keep(ContentHasher(), for: id)
        return id
    }

    /// How many bytes an upload has. Errors: `BLOB_UPLOAD_UNKNOWN`.
    public func uploadSize(_ id: UploadID, in name: RepositoryName) async throws(RegistryError) -> Int64 {
        try await checkKnown(id, name)
        return try await storing { () async throws(EngineError) in
            do throws(EngineError) { return try await driver.unfinished(Layout.uploadData(name, id)).size } catch {
                if error.kind == .notFound { return 0 }
                throw error
            }
        }
    }

    private func checkKnown(_ id: UploadID, _ name: RepositoryName) async throws(RegistryError) {
        let isKnown = try await storing { () async throws(EngineError) in
            try await driver.exists(Layout.uploadStart(name, id))
        }
        guard isKnown else { throw RegistryError(.blobUploadUnknown) }
    }

    /// Adds to an upload; its size afterwards. `offset` is where the client thinks it is, nil for the end. What came
    /// before the client was lost stays.
    ///
    /// Errors: `BLOB_UPLOAD_UNKNOWN`, `RANGE_INVALID` for another offset, `BLOB_UPLOAD_INVALID` while another adds to it,
    /// `SIZE_INVALID` for a part that isn't `length` bytes, and what `source` throws.
    public func append(
        _ source: UploadSource, to id: UploadID, in name: RepositoryName, at offset: Int64?, length: Int64? = nil
    ) async throws -> Int64 {
        let lease = try takeUpload(id)
        defer { withExtendedLifetime(lease) {} }
        let (hasher, range) = try await write(source, id, name, at: offset)
        sessions.keep(hasher, for: id)
        if let length, Int64(range.count) != length { throw RegistryError(.sizeInvalid) }
        return range.upperBound
    }

    /// Adds the last part, if there is one, and makes the upload a blob of the repository; its size.
    ///
    /// Errors: those of `append`, and `DIGEST_INVALID` when the bytes are others; then the upload is gone.
    public func finishUpload(
        _ source: UploadSource, _ id: UploadID, in name: RepositoryName, at offset: Int64?, as digest: Digest
    ) async throws -> Int64 {
        let lease = try takeUpload(id)
        defer { withExtendedLifetime(lease) {} }
        var (hasher, range) = try await write(source, id, name, at: offset, finishes: true)
        let size = range.upperBound
        sessions.keep(hasher, for: id)
        if !hasher.makes(digest) || hasher.size != size {
            hasher = try await storing { () async throws(EngineError) in
                try await hashed(Layout.uploadData(name, id), like: digest)
            }
        }
        guard hasher.hex == digest.hex else {
            try await drop(id, name)
            throw RegistryError(.digestInvalid, detail: ["digest": .string(digest.description)])
        }
        try await storing { () async throws(EngineError) in try await commit(id, name, digest, size) }
        sessions.keep(nil, for: id)
        return size
    }

    /// Errors: `BLOB_UPLOAD_UNKNOWN`.
    public func cancelUpload(_ id: UploadID, in name: RepositoryName) async throws(RegistryError) {
        let lease = try takeUpload(id)
        defer { withExtendedLifetime(lease) {} }
        try await checkKnown(id, name)
        try await drop(id, name)
    }

    private func takeUpload(_ id: UploadID) throws(RegistryError) -> UploadLease {
        guard let lease = sessions.take(id) else {
            throw RegistryError(.blobUploadInvalid, "the upload is being written by another request")
        }
        return lease
    }

    /// Writes and hashes at once; where it wrote. What was written before a failure stays, and is hashed again later.
    private func write(
        _ source: UploadSource, _ id: UploadID, _ name: RepositoryName, at offset: Int64?, finishes: Bool = false
    ) async throws -> (ContentHasher, Range<Int64>) {
        try await checkKnown(id, name)
        let writer = try await storing { () async throws(EngineError) in
            try await driver.writer(Layout.uploadData(name, id))
        }
        let start = await writer.size
        guard offset == nil || offset == start else { throw RegistryError(.rangeInvalid) }
        var hasher = sessions.hasher(id) ?? ContentHasher()
        sessions.keep(nil, for: id)
        var failure: (any Error)?
        do {
            while let buffer = try await source() {
                try await storing { () async throws(EngineError) in try await writer.write(buffer) }
                hasher.update(buffer)
            }
        } catch {
            failure = error
        }
        let isWhole = finishes && failure == nil
        try await storing { () async throws(EngineError) in
            if isWhole { try await writer.commit() } else { try await writer.close() }
        }
        let size = await writer.size
        if let failure {
            if hasher.size == size { sessions.keep(hasher, for: id) }
            throw failure
        }
        return (hasher, start..<size)
    }

    func hashed(_ path: StoragePath, like digest: Digest) async throws(EngineError) -> ContentHasher {
        let content = try await driver.open(path)
        var hasher = ContentHasher(like: digest)
        do { try await content.pieces(0..<content.size) { hasher.update($0) } } catch {
            throw error as? EngineError ?? EngineError(.unavailable, "\(path) can't be read", cause: error)
        }
        return hasher
    }

    /// Bytes first, then the link, so that a link never leads nowhere; what a crash leaves in between the next garbage
    /// collection and the purge of uploads take away.
    private func commit(
        _ id: UploadID, _ name: RepositoryName, _ digest: Digest, _ size: Int64
    ) async throws(EngineError) {
        try await driver.holding { () async throws(EngineError) in
            let data = Layout.blobData(digest)
            // One of another size was cut by a crash of whoever wrote it.
            if try await sizeIfAny(data) != size { try await driver.move(Layout.uploadData(name, id), to: data) }
            try await putLink(digest, at: Layout.layer(name, digest).appending(Layout.link))
        }
        try await driver.removeIfAny(Layout.upload(name, id))
    }

    /// Nil for a file that isn't there.
    func sizeIfAny(_ path: StoragePath) async throws(EngineError) -> Int64? {
        do { return try await driver.entry(path).size } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
    }

    private func drop(_ id: UploadID, _ name: RepositoryName) async throws(RegistryError) {
        sessions.keep(nil, for: id)
        try await storing { () async throws(EngineError) in try await driver.removeIfAny(Layout.upload(name, id)) }
    }
}
