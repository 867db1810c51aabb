extension ContentFetch {
    /// A URL as anybody may read it: without user, password, query and fragment, which may hold what is nobody's business.
    public static func shown(_ url: String) -> String {
        let bytes = Array(url.utf8)
        var start = 0
        if let mark = url.utf8.firstRange(of: "://".utf8) {
            start = url.utf8.distance(from: url.utf8.startIndex, to: mark.upperBound)
        }
        let path = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.endIndex
        let host = bytes[start..<path].lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? start
        let tail = bytes[path...].prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return String(decoding: bytes[..<start] + bytes[host..<path] + tail, as: UTF8.self)
    }
}
