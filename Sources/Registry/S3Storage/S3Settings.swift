internal import Primitives

/// What an S3 storage is and how it is spoken to: the parameters of distribution's `storage.s3`, with its defaults.
public struct S3Settings: Sendable {
    /// The sizes that S3 itself allows for a part that isn't the last (Amazon S3 user guide, "Multipart upload limits").
    public static let partSizes = 5 << 20...5 << 30
    /// The largest object that is copied in one request, and the most that one request adds to a copy.
    static let largestCopy = Int64(5 << 30)

    public var bucket: String
    public var region: String
    public var keys: AccessKeys
    /// `host`, `host:port` or a URL of them; nil is Amazon's own for the region.
    public var endpoint: String?
    /// `endpoint/bucket/key` in place of `bucket.endpoint/key`; nil: when there is an endpoint.
    public var usesPathStyle: Bool?
    public var isSecure = true
    /// Whether the endpoint's certificate has to be good.
    public var isVerified = true
    /// In front of all keys, with slashes between its parts; empty for none.
    public var root = ""
    /// Bytes of a part; so much of an upload is held in memory.
    public var chunkSize = 10 << 20
    /// Larger objects are copied in parts of `copyChunkSize`, `copyConcurrency` at a time.
    public var copyThreshold = 32 << 20
    public var copyChunkSize = 32 << 20
    public var copyConcurrency = 100
    public var isEncrypted = false
    /// A key of KMS in place of S3's own; empty for none.
    public var encryptionKey = ""
    /// `STANDARD` and its like; nil says nothing, for services that know no classes.
    public var storageClass: String? = "STANDARD"
    public var accessList = "private"
    public var userAgent = "martlet-registry"

    public init(bucket: String, region: String, keys: AccessKeys) {
        self.bucket = bucket
        self.region = region
        self.keys = keys
    }

    /// Headers of every new object.
    var objectHeaders: [(String, String)] {
        var headers = [("content-type", "application/octet-stream"), ("x-amz-acl", accessList)]
        if let storageClass { headers.append(("x-amz-storage-class", storageClass)) }
        if isEncrypted {
            headers.append(("x-amz-server-side-encryption", encryptionKey.isEmpty ? "AES256" : "aws:kms"))
            if !encryptionKey.isEmpty {
                headers.append(("x-amz-server-side-encryption-aws-kms-key-id", encryptionKey))
            }
        }
        return headers
    }

    /// Errors: `badParameter` for an endpoint that is no address.
    func place() throws(EngineError) -> S3Place {
        let isPath = usesPathStyle ?? (endpoint != nil)
        var (scheme, authority) = (isSecure ? "https" : "http", endpoint ?? "s3.\(region).amazonaws.com")
        if let mark = authority.firstRange(of: "://") {
            scheme = authority[..<mark.lowerBound].lowercased()
            authority = String(authority[mark.upperBound...])
        }
        if authority.hasSuffix("/") { authority.removeLast() }
        let isAuthority = authority.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"/?#@".utf8.contains($0) }
        guard ["http", "https"].contains(scheme), !authority.isEmpty, isAuthority else {
            throw EngineError(.badParameter, "the endpoint '\(endpoint ?? "")' is no address of an S3 service")
        }
        let standing = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(standing) { authority.removeLast(standing.utf8.count) }
        return S3Place(
            scheme: scheme, authority: isPath ? authority : bucket + "." + authority,
            path: isPath ? "/" + bucket : "")
    }
}

/// Who asks. `token` belongs to keys that end.
public struct AccessKeys: Sendable {
    public var id: String
    public var secret: String
    public var token: String?

    public init(id: String, secret: String, token: String? = nil) {
        self.id = id
        self.secret = secret
        self.token = token
    }
}

/// Where a bucket is.
struct S3Place: Sendable, Hashable {
    var scheme: String
    /// The `Host` of requests.
    var authority: String
    /// Before the keys: `/bucket` or nothing.
    var path: String

    var isSecure: Bool { scheme == "https" }

    func path(of key: String) -> String { path + "/" + PercentText.path(key) }
}
