/// Paths as texts, cleaned as Go's `path.Clean` does it.
public enum SlashPath {
    /// Without `.`, `..` that can be resolved, double and final slashes; `.` for nothing.
    public static func clean(_ path: String) -> String {
        let isAbsolute = path.utf8.first == Ascii.slash
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            guard part == ".." else {
                parts.append(part)
                continue
            }
            if let last = parts.last, last != ".." { parts.removeLast() } else if !isAbsolute { parts.append(part) }
        }
        let joined = (isAbsolute ? "/" : "") + parts.joined(separator: "/")
        return joined.isEmpty ? "." : joined
    }

    /// A path seen from a folder, cleaned and absolute: WORKDIR after WORKDIR.
    public static func joined(_ folder: String, _ path: String) -> String {
        clean(path.utf8.first == Ascii.slash ? path : "/" + folder + "/" + path)
    }
}
