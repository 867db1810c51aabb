internal import Crypto
internal import NIOCore
internal import Primitives
internal import RegistryStorage

/// Signs requests to S3: AWS's Signature Version 4 (Amazon S3 API reference, "Authenticating Requests").
struct RequestSigner: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"
    private static let unsigned = "UNSIGNED-PAYLOAD"

    /// What is signed of a request.
    struct Signed {
        var method: String
        /// In percents already, as it goes over the wire.
        var path: String
        var query: [(String, String)] = []
        /// Names in lower case; `host` among them.
        var headers: [(String, String)]
    }

    let keys: AccessKeys
    let region: String

    /// The headers that prove a request, to be added to those that are signed.
    func headers(_ request: Signed, payload: String, at time: Timestamp) -> [(String, String)] {
        let date = Self.date(time)
        var added = [("x-amz-content-sha256", payload), ("x-amz-date", date)]
        if let token = keys.token { added.append(("x-amz-security-token", token)) }
        var request = request
        request.headers += added
        let names = request.headers.map(\.0).sorted().joined(separator: ";")
        let proof = signature(request, payload: payload, date)
        let credential = "\(keys.id)/\(scope(date))"
        added.append(
            ("authorization", "\(Self.algorithm) Credential=\(credential), SignedHeaders=\(names), Signature=\(proof)"))
        return added
    }

    /// The query that proves a request whoever makes it, for `seconds` (604,800 at most).
    func query(_ request: Signed, seconds: Int, at time: Timestamp) -> [(String, String)] {
        let date = Self.date(time)
        var request = request
        request.query += [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(keys.id)/\(scope(date))"),
            ("X-Amz-Date", date), ("X-Amz-Expires", "\(seconds)"),
            ("X-Amz-SignedHeaders", request.headers.map(\.0).sorted().joined(separator: ";")),
        ]
        if let token = keys.token { request.query.append(("X-Amz-Security-Token", token)) }
        return request.query + [("X-Amz-Signature", signature(request, payload: Self.unsigned, date))]
    }

    static func payload(_ body: ByteBuffer) -> String {
        body.withUnsafeReadableBytes { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: bytes)
            return hexText(hash.finalize())
        }
    }

    static func text(_ query: [(String, String)]) -> String {
        query.map { PercentText.query($0.0) + "=" + PercentText.query($0.1) }.joined(separator: "&")
    }

    private func signature(_ request: Signed, payload: String, _ date: String) -> String {
        let canonical = Self.canonical(request, payload: payload)
        let text = [Self.algorithm, date, scope(date), hexText(SHA256.hash(data: Array(canonical.utf8)))]
        var key = SymmetricKey(data: Array("AWS4\(keys.secret)".utf8))
        for part in scope(date).split(separator: "/") {
            key = SymmetricKey(data: Self.code(part, key))
        }
        return hexText(Self.code(text.joined(separator: "\n"), key))
    }

    static func canonical(_ request: Signed, payload: String) -> String {
        let query = request.query.map { (PercentText.query($0.0), PercentText.query($0.1)) }.sorted { $0 < $1 }
        let headers = request.headers.sorted { $0.0 < $1.0 }
        return
            ([request.method, request.path, query.map { "\($0.0)=\($0.1)" }.joined(separator: "&")]
            + headers.map { "\($0.0):\(Self.trimmed($0.1))" }
            + ["", headers.map(\.0).joined(separator: ";"), payload]).joined(separator: "\n")
    }

    private static func trimmed(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    private static func code(_ text: some StringProtocol, _ key: SymmetricKey) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
    }

    private func scope(_ date: String) -> String { "\(date.prefix(8))/\(region)/s3/aws4_request" }

    /// `20130524T000000Z`
    static func date(_ time: Timestamp) -> String {
        String(Timestamp(seconds: time.seconds).description.filter { $0 != "-" && $0 != ":" })
    }
}
