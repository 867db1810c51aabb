internal import NIOCore
internal import NIOHTTP1
internal import Primitives

/// Uploads in parts (Amazon S3 user guide, "Uploading and copying objects using multipart upload").
extension S3Client {
    func beginUpload(_ key: String, _ headers: [(String, String)]) async throws -> S3Upload {
        let answer = try await document(S3Request(.POST, key, query: [("uploads", "")], headers: headers))
        guard let id = answer["UploadId"], !id.isEmpty else {
            throw EngineError(.unavailable, "the S3 service begins an upload without a name")
        }
        return S3Upload(key: key, id: id, began: .now())
    }

    func put(_ body: ByteBuffer, part number: Int, of upload: S3Upload) async throws -> S3Part {
        var request = S3Request(.PUT, upload.key, query: [("partNumber", "\(number)"), ("uploadId", upload.id)])
        request.body = body
        let headers = try await headers(request)
        guard let tag = headers.first(name: "etag") else {
            throw EngineError(.unavailable, "the S3 service takes a part and gives no tag for it")
        }
        return S3Part(number: number, tag: tag, size: Int64(body.readableBytes))
    }

    /// A part of an object of the same bucket.
    func copy(
        _ source: String, _ range: Range<Int64>, part number: Int, of upload: S3Upload
    ) async throws -> S3Part {
        let header = ("x-amz-copy-source-range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        return try await copy(source, size: Int64(range.count), part: number, of: upload, [header])
    }

    /// A whole object of the same bucket; of one under 5 MiB S3 takes no part.
    func copy(
        _ source: String, size: Int64, part number: Int, of upload: S3Upload, _ headers: [(String, String)] = []
    ) async throws -> S3Part {
        let request = S3Request(
            .PUT, upload.key, query: [("partNumber", "\(number)"), ("uploadId", upload.id)],
            headers: headers + [("x-amz-copy-source", copySource(source))])
        let answer = try await document(request)
        guard let tag = answer["ETag"] else {
            throw EngineError(.unavailable, "the S3 service copies a part and gives no tag for it")
        }
        return S3Part(number: number, tag: tag, size: size)
    }

    /// Makes an object of an upload. An answer that is lost on the way is asked for again, when the upload is gone already;
    /// then the object says whether it went well.
    func finish(_ upload: S3Upload, _ parts: [S3Part]) async throws {
        let entries = parts.sorted { $0.number < $1.number }.map {
            "<Part><PartNumber>\($0.number)</PartNumber><ETag>\(Self.escaped($0.tag))</ETag></Part>"
        }
        var request = S3Request(.POST, upload.key, query: [("uploadId", upload.id)])
        request.body = ByteBuffer(
            string: "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(entries.joined())"
                + "</CompleteMultipartUpload>")
        do { _ = try await document(request) } catch let failure as S3Failure where failure.isMissing {
            let size = parts.reduce(0) { $0 + $1.size }
            guard try await objectIfAny(upload.key)?.size == size else { throw failure }
        }
    }

    /// What is gone already is well.
    func abort(_ upload: S3Upload) async throws {
        do { _ = try await headers(S3Request(.DELETE, upload.key, query: [("uploadId", upload.id)])) } catch let failure
            as S3Failure where failure.isMissing
        {}
    }

    /// In one request: 5 GiB at most.
    func copy(_ source: String, to key: String, _ headers: [(String, String)]) async throws {
        let request = S3Request(.PUT, key, headers: headers + [("x-amz-copy-source", copySource(source))])
        _ = try await document(request)
    }

    private func copySource(_ key: String) -> String { "/" + PercentText.path(bucket + "/" + key) }
}
