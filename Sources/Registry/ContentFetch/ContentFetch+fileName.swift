extension ContentFetch {
    /// What a file from there is called: the last part of the path, without its percent signs. Nil when the path ends with a
    /// slash, or that is the name of no file.
    public static func fileName(of url: String) -> String? {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let path = PercentText.decoded(rest.prefix { $0 != "?" && $0 != "#" }.drop { $0 != "/" })
        // By bytes: a mark that joins a slash does not hide it.
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let name = String(path[path.utf8.index(after: slash)...])
        return ["", ".", ".."].contains(name) || name.utf8.contains(0) ? nil : name
    }
}
