internal import Primitives

/// What S3 says when it refuses (Amazon S3 API reference, "Error responses").
struct S3Failure: Error, Hashable {
    var status: Int
    /// `NoSuchKey`, `SlowDown`; empty when the answer says none, as that of a HEAD.
    var code = ""
    var message = ""

    init(status: Int, body: [UInt8]) {
        let document = XMLElement(parsing: body)
        self.init(status: status, document: document?.name == "Error" ? document : nil)
    }

    /// Some calls answer 200 and say afterwards that they failed.
    init(status: Int, document: XMLElement?) {
        self.status = status
        code = Self.clean(document?["Code"] ?? "")
        message = Self.clean(document?["Message"] ?? "")
    }

    /// The same request may succeed later.
    var isTemporary: Bool {
        ["InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "Throttling", "RequestLimitExceeded"]
            .contains(code) || code.isEmpty && status == 429 || [500, 502, 503, 504].contains(status)
    }

    var isMissing: Bool { status == 404 && code != "NoSuchBucket" }

    /// What it means to who asked for `name`.
    func error(_ name: String) -> EngineError {
        if isMissing { return EngineError(.notFound, "\(name): not found", cause: self) }
        return EngineError(.unavailable, "\(name): \(self)", cause: self)
    }

    private static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(500).filter { $0.value >= 32 && $0.value != 127 }))
    }
}

extension S3Failure: CustomStringConvertible {
    var description: String {
        let said = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
        return "the S3 service answers \(status)" + (said.isEmpty ? "" : " (\(said))")
    }
}
