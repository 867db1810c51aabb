internal import NIOCore
internal import NIOHTTP1

/// A request to a bucket, before it is signed.
struct S3Request: Sendable {
    var method: HTTPMethod
    /// Empty for the bucket itself.
    var key: String
    var query: [(String, String)]
    /// Names in lower case; all are signed.
    var headers: [(String, String)]
    var body = ByteBuffer()

    init(
        _ method: HTTPMethod, _ key: String = "", query: [(String, String)] = [], headers: [(String, String)] = []
    ) {
        self.method = method
        self.key = key
        self.query = query
        self.headers = headers
    }
}
