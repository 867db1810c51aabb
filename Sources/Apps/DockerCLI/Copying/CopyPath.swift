/// Paths as `docker cp` takes them: cleaned as Go does, while a `/` or `/.` at the end keeps its meaning.
enum CopyPath {
    /// `CONTAINER:PATH`, or a path of this machine: whatever begins with `/` or `.`, or has no colon.
    static func split(_ argument: String) -> (container: String, path: String) {
        if argument.hasPrefix("/") { return ("", argument) }
        guard !argument.hasPrefix("."), let colon = argument.firstIndex(of: ":") else { return ("", argument) }
        return (String(argument[..<colon]), String(argument[argument.index(after: colon)...]))
    }

    /// Go's `path.Clean`.
    static func clean(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isAbsolute {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        return isAbsolute ? "/" + joined : joined.isEmpty ? "." : joined
    }

    static func join(_ folder: String, _ name: String) -> String { clean(folder + "/" + name) }

    /// Go's `path.Base`: `.` stays, `/` is its own.
    static func base(_ path: String) -> String {
        if path.isEmpty { return "." }
        return path.split(separator: "/").last.map(String.init) ?? "/"
    }

    /// Go's `path.Dir`.
    static func folder(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return clean(String(path[...slash]))
    }

    static func endsInSlash(_ path: String) -> Bool { path.hasSuffix("/") }
    /// Its contents are meant.
    static func endsInDot(_ path: String) -> Bool { base(path) == "." }
    /// Only a directory will do.
    static func assertsFolder(_ path: String) -> Bool { endsInSlash(path) || endsInDot(path) }

    /// A cleaned path with the `/` or `/.` that `original` ends in.
    static func keepingEnd(of original: String, _ cleaned: String) -> String {
        var result = cleaned
        if !endsInDot(result), endsInDot(original) {
            if !endsInSlash(result) { result += "/" }
            result += "."
        }
        if !endsInSlash(result), endsInSlash(original) { result += "/" }
        return result
    }

    /// The folder and the name in it; a `.` at the end is a name.
    static func entry(_ path: String) -> (folder: String, name: String) {
        var cleaned = clean(path)
        if endsInDot(path) { cleaned += "/." }
        return (folder(cleaned), base(cleaned))
    }

    /// What a link led to, with the end of what was asked for; and the name that was asked for, where it is another.
    static func resolved(_ path: String, to target: String) -> (path: String, newName: String?) {
        var result = target
        if endsInDot(path), !endsInDot(result) { result += "/." }
        if endsInSlash(path), !endsInSlash(result) { result += "/" }
        return (result, base(path) == base(result) ? nil : base(path))
    }
}
