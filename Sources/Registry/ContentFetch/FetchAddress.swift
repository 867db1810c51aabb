/// Where a URL leads.
struct FetchAddress {
    private let text: String

    init(_ text: String) { self.text = text }

    /// Host and port, the scheme's own where none was given.
    var dialled: String {
        guard let authority else { return text }
        let host = text[authority].lastIndex(of: "@").map { text[authority][$0...].dropFirst() } ?? text[authority]
        let end = host.lastIndex(of: "]") ?? host.startIndex
        guard !host[end...].contains(":") else { return String(host) }
        return host + (text.hasPrefix("https:") ? ":443" : ":80")
    }

    private var authority: Range<String.Index>? {
        guard let start = text.firstRange(of: "://")?.upperBound else { return nil }
        return start..<(text[start...].firstIndex { "/?#".contains($0) } ?? text.endIndex)
    }
}
