/// `.dockerignore`: a pattern a line, `#` for comments.
public enum IgnoreFile {
    /// Where rules are looked for, the first that is there counts: beside the Dockerfile under its name, then at the top
    /// of the context. Paths are those of the Dockerfile and the context, as they are given.
    public static func candidates(dockerfile: String, context: String) -> [String] {
        [dockerfile + ".dockerignore", top(of: context)]
    }

    /// The one of a context itself.
    public static func top(of context: String) -> String {
        let folder = context.isEmpty || context.hasSuffix("/") ? context : context + "/"
        return folder + ".dockerignore"
    }

    /// The patterns of a file, cleaned; those that start with `/` mean the same without.
    public static func patterns(_ bytes: [UInt8]) -> [String] {
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        return text.split(separator: Ascii.lineFeed).compactMap { line in
            line.first == Ascii.hash ? nil : pattern(String(decoding: line, as: UTF8.self).trimmingBlanks)
        }
    }

    private static func pattern(_ line: String) -> String? {
        guard !line.isEmpty else { return nil }
        let isException = line.hasPrefix("!")
        var path = isException ? String(line.dropFirst()).trimmingBlanks : line
        if !path.isEmpty {
            path = SlashPath.clean(path)
            if path.utf8.count > 1, path.hasPrefix("/") { path.removeFirst() }
        }
        return (isException ? "!" : "") + path
    }
}
