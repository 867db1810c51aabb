/// A URL as messages show it.
struct FetchAddress {
    private let text: String

    init(_ text: String) { self.text = text }

    /// Without its password, as Go's.
    var shown: String {
        guard let authority, let mark = text[authority].lastIndex(of: "@"),
            let colon = text[authority.lowerBound..<mark].firstIndex(of: ":")
        else { return text }
        return "\(text[...colon])***\(text[mark...])"
    }

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
