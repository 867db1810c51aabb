internal import Primitives

/// What there is of a file that was not finished: in one of two places.
///
/// While it is written: an upload in parts that S3 keeps, and what is too short for a part in an object beside it, whose
/// name says behind how many bytes it belongs. When a part takes those bytes in, the name is of the past, and so is what it
/// names; whichever step a crash comes after, one of the two counts. When it was finished and not moved yet: the object.
struct UnfinishedObject: Sendable {
    var object: S3Object?
    var upload: S3Upload?
    var parts: [S3Part] = []
    var tail: (key: String, object: S3Object)?

    /// Bytes in parts.
    var partSize: Int64 { parts.reduce(0) { $0 + $1.size } }
    private var written: Int64 { partSize + (tail?.object.size ?? 0) }
    /// Whether the object itself is what there is, and not what came after it.
    var isObject: Bool { object.map { $0.size >= written } ?? false }

    var exists: Bool { object != nil || upload != nil || tail != nil }
    var size: Int64 { isObject ? object?.size ?? 0 : written }
    var modified: Timestamp {
        let times = parts.map(\.modified) + [object?.modified, tail?.object.modified, upload?.began].compactMap(\.self)
        return times.max() ?? .zero
    }

    static func tailKey(_ key: String, behind size: Int64) -> String { "\(key).tail-\(size)" }

    static func find(_ key: String, _ client: S3Client) async throws -> UnfinishedObject {
        var found = UnfinishedObject()
        async let object = client.objectIfAny(key)
        // Of several, which a crash may leave, the one that is furthest.
        for upload in try await client.uploads(prefix: key) where upload.key == key {
            guard let parts = try await parts(of: upload, client) else { continue }
            let size = parts.reduce(0) { $0 + $1.size }
            if found.upload == nil || size > found.partSize { (found.upload, found.parts) = (upload, parts) }
        }
        let tailKey = tailKey(key, behind: found.partSize)
        found.tail = try await client.objectIfAny(tailKey).map { (tailKey, $0) }
        found.object = try await object
        return found
    }

    /// Nil for one that ended meanwhile.
    private static func parts(of upload: S3Upload, _ client: S3Client) async throws -> [S3Part]? {
        do { return try await client.parts(of: upload) } catch let failure as S3Failure where failure.isMissing {
            return nil
        }
    }
}
