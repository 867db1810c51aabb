internal import ImageModel
internal import NIOHTTP1
internal import OrderedJSON

/// What a registry says when it refuses (distribution-spec, "Error codes").
enum RegistryFailure {
    static let maximumBody = 64 << 10

    /// The error of an answer, in the words that Docker's client library makes of it: `manifest unknown: manifest unknown`.
    static func error(status: Int, headers: HTTPHeaders, body: [UInt8], url: WebAddress) -> RegistryError {
        let (code, text) = described(body) ?? standing(status, url)
        return RegistryError(
            .refused(code: code, status: status), text, retryAfter: retryAfter(headers.first(name: "retry-after")))
    }

    private static func described(_ body: [UInt8]) -> (code: String, text: String)? {
        guard let json = try? JSONValue(parsing: body) else { return nil }
        if let first = json["errors"]?[0] {
            let code = clean(first["code"]?.stringValue ?? "UNKNOWN")
            let message = clean(first["message"]?.stringValue ?? "")
            let words = code.lowercased().replacing("_", with: " ")
            return (code, message.isEmpty ? words : "\(words): \(message)")
        }
        // Token servers and old registries: one text.
        guard let text = json["details"]?.stringValue ?? json["message"]?.stringValue, !text.isEmpty else { return nil }
        return ("UNAUTHORIZED", "unauthorized: " + clean(text))
    }

    private static func standing(_ status: Int, _ url: WebAddress) -> (String, String) {
        switch status {
        case 401: ("UNAUTHORIZED", "unauthorized: authentication required")
        case 403: ("DENIED", "denied: requested access to the resource is denied")
        case 429: ("TOOMANYREQUESTS", "toomanyrequests: too many requests")
        default: ("", "received unexpected HTTP status: \(status) from \(url.shown)")
        }
    }

    /// What a stranger wrote, made fit for a line of text.
    private static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(1024).filter { $0.value >= 32 && $0.value != 127 }))
    }

    /// Seconds; a date is not asked of registries and counts as a minute.
    static func retryAfter(_ text: String?) -> Int? {
        guard let text else { return nil }
        return Int(text).map { max(0, min($0, 300)) } ?? 60
    }
}
