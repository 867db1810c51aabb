/// Sources of ADD that are elsewhere.
public enum RemoteSource {
    /// `http://…`, `https://…`
    public static func isURL(_ source: String) -> Bool {
        source.hasPrefix("http://") || source.hasPrefix("https://")
    }

    /// A repository: `git://…`, `ssh://…`, `git@host:path`, `github.com/…`, or an address that ends in `.git`, each with
    /// `#ref:folder` or not.
    public static func isRepository(_ source: String) -> Bool {
        if ["git://", "ssh://", "github.com/"].contains(where: source.hasPrefix) { return true }
        let address = source.prefix { $0 != "#" && $0 != "?" }
        if isURL(source) { return address.hasSuffix(".git") }
        return source.hasPrefix("git@") && address.contains(":")
    }

    /// What ADD fetches: `github.com/…` without a scheme is a path to it.
    public static func isFetched(_ source: String) -> Bool { isRemote(source) && !source.hasPrefix("github.com/") }

    public static func isRemote(_ source: String) -> Bool { isURL(source) || isRepository(source) }
}
