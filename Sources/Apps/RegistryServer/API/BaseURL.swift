internal import HTTPServer

/// What stands in front of the paths that answers name.
enum BaseURL {
    /// By the configuration, else as the client or the proxy in front of us says; a host that can't be one is left out, and
    /// the paths are relative.
    static func of(_ exchange: Exchange, _ settings: APISettings) -> String {
        if settings.usesRelativeURLs { return settings.prefix }
        if let host = settings.host { return host + settings.prefix }
        let request = exchange.request
        let scheme = first(request.header("x-forwarded-proto")) ?? (exchange.isEncrypted ? "https" : "http")
        guard scheme == "http" || scheme == "https",
            let host = first(request.header("x-forwarded-host")) ?? request.header("host"), isHost(host)
        else { return settings.prefix }
        return "\(scheme)://\(host)\(settings.prefix)"
    }

    /// Proxies in a row add to the list; the first is the client's.
    private static func first(_ header: String?) -> String? {
        guard let header, !header.isEmpty else { return nil }
        return String(header.prefix { $0 != "," })
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
                    UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
