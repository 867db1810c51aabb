internal import NIOHTTP1
internal import Primitives

/// One page of a list of keys.
struct S3Page: Sendable {
    struct Object: Sendable {
        var key: String
        var size: Int64
        var modified: Timestamp
    }

    var objects: [Object] = []
    /// What keys have in common up to the delimiter, that at its end.
    var prefixes: [String] = []
    /// What asks for the next page; nil on the last.
    var next: String?
}

/// An upload in parts that is under way.
struct S3Upload: Sendable, Hashable {
    var key: String
    var id: String
    var began: Timestamp
}

/// A part of an upload.
struct S3Part: Sendable, Hashable {
    var number: Int
    var tag: String
    var size: Int64
    var modified = Timestamp.zero
}

extension S3Client {
    /// Keys with a prefix, in byte order. `mostKeys`: of a page.
    func page(
        prefix: String, delimiter: String = "", from token: String? = nil, mostKeys: Int? = nil
    ) async throws -> S3Page {
        var query = [("list-type", "2"), ("prefix", prefix)]
        if !delimiter.isEmpty { query.append(("delimiter", delimiter)) }
        if let token { query.append(("continuation-token", token)) }
        if let mostKeys { query.append(("max-keys", "\(mostKeys)")) }
        let document = try await document(S3Request(.GET, query: query))
        var page = S3Page()
        page.objects = document.all("Contents").compactMap { entry in
            entry["Key"].map { S3Page.Object(key: $0, size: Self.size(entry), modified: Self.time(entry)) }
        }
        page.prefixes = document.all("CommonPrefixes").compactMap { $0["Prefix"] }
        page.next = document["IsTruncated"] == "true" ? document["NextContinuationToken"] : nil
        return page
    }

    /// All pages, one after the other.
    func pages(prefix: String, delimiter: String = "", _ take: (S3Page) async throws -> Void) async throws {
        var token: String?
        repeat {
            let page = try await page(prefix: prefix, delimiter: delimiter, from: token)
            token = page.next
            try await take(page)
        } while token != nil
    }

    /// Uploads in parts under way, of keys with a prefix.
    func uploads(prefix: String) async throws -> [S3Upload] {
        var (uploads, marker): ([S3Upload], (key: String, id: String)?) = ([], nil)
        repeat {
            var query = [("uploads", ""), ("prefix", prefix)]
            if let marker { query += [("key-marker", marker.key), ("upload-id-marker", marker.id)] }
            let document = try await document(S3Request(.GET, query: query))
            uploads += document.all("Upload").compactMap { entry in
                guard let key = entry["Key"], let id = entry["UploadId"] else { return nil }
                return S3Upload(key: key, id: id, began: Self.time(entry, "Initiated"))
            }
            guard document["IsTruncated"] == "true", let key = document["NextKeyMarker"] else { break }
            marker = (key, document["NextUploadIdMarker"] ?? "")
        } while true
        // Services differ in what they take for a prefix.
        return uploads.filter { $0.key.hasPrefix(prefix) }
    }

    func parts(of upload: S3Upload) async throws -> [S3Part] {
        var (parts, marker): ([S3Part], String?) = ([], nil)
        repeat {
            var query = [("uploadId", upload.id)]
            if let marker { query.append(("part-number-marker", marker)) }
            let document = try await document(S3Request(.GET, upload.key, query: query))
            parts += document.all("Part").compactMap { entry in
                guard let number = entry["PartNumber"].flatMap({ Int($0) }), let tag = entry["ETag"] else { return nil }
                return S3Part(number: number, tag: tag, size: Self.size(entry), modified: Self.time(entry))
            }
            let next = document["IsTruncated"] == "true" ? document["NextPartNumberMarker"] : nil
            marker = next == marker ? nil : next
        } while marker != nil
        return parts.sorted { $0.number < $1.number }
    }

    private static func size(_ entry: XMLElement) -> Int64 { entry["Size"].flatMap { Int64($0) } ?? 0 }

    private static func time(_ entry: XMLElement, _ name: String = "LastModified") -> Timestamp {
        entry[name].flatMap { try? Timestamp(parsing: $0) } ?? .zero
    }
}
