/// An `http` or `https` URL in the pieces that matter here.
struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    var isSecure: Bool
    /// `host` or `host:port`, without user and password.
    var authority: String
    /// Path and query, from the slash on; empty when the URL has none.
    var target: String

    private static let longest = 16 << 10

    /// Nil for another scheme, for no host, and for what has blanks or control characters in it.
    init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.longest, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }),
            let mark = text.firstRange(of: "://")
        else { return nil }
        switch text[..<mark.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: return nil
        }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        authority = String(rest[..<end].split(separator: "@").last ?? "")
        guard !authority.isEmpty, !authority.hasPrefix(":") else { return nil }
        let tail = rest[end...].prefix { $0 != "#" }
        target = tail.hasPrefix("?") ? "/" + tail : String(tail)
    }

    /// `https://host:port`
    var origin: String { (isSecure ? "https://" : "http://") + authority }
    var description: String { origin + target }
    /// Without the query, which may hold what is nobody's business.
    var shown: String { origin + target.prefix { $0 != "?" } }

    /// Without port and brackets.
    var host: String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        return String(authority.prefix { $0 != ":" })
    }

    /// Host and port, the scheme's own where none was given.
    var dialled: String {
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        return authority[end...].contains(":") ? authority : authority + (isSecure ? ":443" : ":80")
    }

    /// Where a `Location` leads (RFC 3986 §5.2, without `..`). Nil for what is no web address.
    func resolving(_ location: String) -> WebAddress? {
        if location.hasPrefix("//") { return WebAddress((isSecure ? "https:" : "http:") + location) }
        if location.hasPrefix("/") { return WebAddress(origin + location) }
        let path = target.prefix { $0 != "?" }
        if location.hasPrefix("?") { return WebAddress(origin + path + location) }
        // Behind a slash or a question mark it may be what an address hands on.
        if location.contains("://") { return WebAddress(location) }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return WebAddress(origin + folder + location)
    }

    /// The same with one more field in the query.
    func adding(_ name: String, _ value: String) -> WebAddress {
        var copy = self
        if copy.target.isEmpty { copy.target = "/" }
        copy.target += (target.contains("?") ? "&" : "?") + name + "=" + Self.escape(value)
        return copy
    }

    /// For a query: all but unreserved characters, `:` and `/` in percents.
    static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
                UInt8(ascii: ":"), UInt8(ascii: "/"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                result += hex.count == 1 ? "%0\(hex)" : "%\(hex)"
            }
        }
        return result
    }
}
