/// Where a URL leads.
struct FetchAddress {
    private let text: String

    init(_ text: String) { self.text = text }

    /// `host` or `host:port`, without user and password; nil where there is none.
    var host: Substring? {
        guard let authority else { return nil }
        return text[authority].lastIndex(of: "@").map { text[authority][$0...].dropFirst() } ?? text[authority]
    }

    /// Where a `Location` leads (RFC 3986, section 5.2, without `..`). Nil for another scheme.
    func following(_ location: String) -> String? {
        guard let authority else { return nil }
        if location.hasPrefix("//") { return text.prefix { $0 != "/" } + location }
        if location.hasPrefix("/") { return text[..<authority.upperBound] + location }
        let path = text[authority.upperBound...].prefix { $0 != "?" && $0 != "#" }
        if location.hasPrefix("?") { return text[..<path.endIndex] + location }
        // Behind a slash or a question mark it may be what an address hands on.
        if location.contains("://") {
            let scheme = location.prefix { $0 != ":" }.lowercased()
            return scheme == "http" || scheme == "https" ? location : nil
        }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return text[..<authority.upperBound] + folder + location
    }

    /// Host and port, the scheme's own where none was given.
    var dialled: String {
        guard let host else { return text }
        let end = host.lastIndex(of: "]") ?? host.startIndex
        guard !host[end...].contains(":") else { return String(host) }
        return host + (text.hasPrefix("https:") ? ":443" : ":80")
    }

    private var authority: Range<String.Index>? {
        guard let start = text.firstRange(of: "://")?.upperBound else { return nil }
        return start..<(text[start...].firstIndex { "/?#".contains($0) } ?? text.endIndex)
    }
}
