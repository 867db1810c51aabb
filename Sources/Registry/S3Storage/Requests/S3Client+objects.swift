internal import Crypto
internal import NIOCore
internal import NIOHTTP1
internal import Primitives

/// What S3 says of an object.
struct S3Object: Sendable, Hashable {
    var size: Int64
    var modified: Timestamp
    /// With its quotes.
    var tag: String
}

extension S3Client {
    func object(_ key: String) async throws -> S3Object {
        let headers = try await headers(S3Request(.HEAD, key))
        guard let size = headers.first(name: "content-length").flatMap({ Int64($0) }), size >= 0 else {
            throw EngineError(.unavailable, "the S3 service doesn't say how long an object is")
        }
        let modified = headers.first(name: "last-modified").flatMap { HTTPDate.parse($0) }
        return S3Object(size: size, modified: modified ?? .zero, tag: headers.first(name: "etag") ?? "")
    }

    /// Nil for one that isn't there.
    func objectIfAny(_ key: String) async throws -> S3Object? {
        do { return try await object(key) } catch let failure as S3Failure where failure.isMissing { return nil }
    }

    func put(_ body: ByteBuffer, _ key: String, _ headers: [(String, String)]) async throws {
        var request = S3Request(.PUT, key, headers: headers)
        request.body = body
        _ = try await self.headers(request)
    }

    /// At most 1,000 in each request; those that aren't there count as removed.
    func remove(_ keys: [String]) async throws {
        for start in stride(from: 0, to: keys.count, by: Self.mostRemoved) {
            try await removeBatch(keys[start..<min(start + Self.mostRemoved, keys.count)])
        }
    }

    private static let mostRemoved = 1000

    private func removeBatch(_ keys: ArraySlice<String>) async throws {
        if let key = keys.first, keys.count == 1 {
            _ = try await headers(S3Request(.DELETE, key))
            return
        }
        let entries = keys.map { "<Object><Key>\(Self.escaped($0))</Key></Object>" }.joined()
        let text = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(entries)<Quiet>true</Quiet></Delete>"
        var request = S3Request(.POST, query: [("delete", "")], headers: [("content-type", "application/xml")])
        request.body = ByteBuffer(string: text)
        // The one request that has to have it.
        request.headers.append(("content-md5", Base64.encode(Insecure.MD5.hash(data: Array(text.utf8)))))
        let answer = try await document(request)
        if let refused = answer.children.first(where: { $0.name == "Error" }) {
            throw S3Failure(status: 200, document: refused)
        }
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

/// The dates of HTTP (RFC 9110, 5.6.7).
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
    static func parse(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, let month = months.firstIndex(of: String(parts[2])) else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return try? Timestamp(parsing: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
