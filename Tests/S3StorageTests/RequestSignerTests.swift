import NIOCore
import Primitives
import Testing

@testable import S3Storage

/// The examples of Amazon's S3 API reference, "Signature Calculations for the Authorization Header" and "Authenticating
/// Requests: Using Query Parameters".
@Suite struct RequestSignerTests {
    private let signer = RequestSigner(
        keys: AccessKeys(id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1")
    private let time = Timestamp(seconds: 1_369_353_600)
    private static let host = ("host", "examplebucket.s3.amazonaws.com")
    private static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    struct Case: Sendable {
        var method = "GET"
        var path = "/"
        var query: [(String, String)] = []
        var headers: [(String, String)] = []
        var payload = empty
        var signature: String
    }

    static let published = [
        Case(
            path: "/test.txt", headers: [("range", "bytes=0-9")],
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Case(
            method: "PUT", path: PercentText.path("/test$file.text"),
            headers: [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            payload: RequestSigner.payload(ByteBuffer(string: "Welcome to Amazon S3.")),
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Case(
            query: [("lifecycle", "")], signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Case(
            query: [("max-keys", "2"), ("prefix", "J")],
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: published) func signsAsPublished(_ example: Case) {
        let request = RequestSigner.Signed(
            method: example.method, path: example.path, query: example.query, headers: example.headers + [Self.host])
        let headers = signer.headers(request, payload: example.payload, at: time)
        let proof = headers.first { $0.0 == "authorization" }?.1 ?? ""
        let names = (example.headers.map(\.0) + ["host", "x-amz-content-sha256", "x-amz-date"]).sorted()
        #expect(
            proof == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(example.signature)")
        #expect(headers.contains { $0 == ("x-amz-date", "20130524T000000Z") })
    }

    @Test func anAddressIsSignedAsPublished() {
        let request = RequestSigner.Signed(method: "GET", path: "/test.txt", headers: [Self.host])
        let query = signer.query(request, seconds: 86_400, at: time)
        #expect(
            RequestSigner.text(query) == "X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test func keysThatEndSignTheirTokenToo() {
        let signer = RequestSigner(keys: AccessKeys(id: "A", secret: "b", token: "c"), region: "r")
        let request = RequestSigner.Signed(method: "GET", path: "/", headers: [Self.host])
        let headers = signer.headers(request, payload: Self.empty, at: time)
        #expect(headers.contains { $0 == ("x-amz-security-token", "c") })
        #expect(headers.contains { $0.0 == "authorization" && $0.1.contains("x-amz-date;x-amz-security-token,") })
        #expect(signer.query(request, seconds: 1, at: time).contains { $0 == ("X-Amz-Security-Token", "c") })
    }
}
