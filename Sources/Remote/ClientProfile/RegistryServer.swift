public import Primitives

/// How a registry is called in the files of clients.
public enum RegistryServer {
    /// Docker Hub.
    public static let hub = "https://index.docker.io/v1/"

    /// The key of a server as a user names it; Docker Hub when there is no name. Schemes and paths are no part of it.
    public static func key(_ text: String) -> String {
        let host = hostname(text)
        return ["", "docker.io", "index.docker.io"].contains(host) ? hub : host
    }

    /// The key of the registry that an image's name belongs to.
    public static func key(of reference: ImageReference) -> String {
        reference.domain == ImageReference.defaultDomain ? hub : reference.domain
    }

    /// The key of the registry that a search goes to: `word`, `host:5000/word`.
    public static func key(ofSearch term: String) -> String {
        let first = term.prefix { $0 != "/" }
        let isHost = first.count < term.count && (first.contains(".") || first.contains(":") || first == "localhost")
        return isHost ? key(String(first)) : hub
    }

    /// `https://host:5000/v1/` is `host:5000`, as old files have it.
    static func hostname(_ text: String) -> String {
        let rest = ["https://", "http://"].first { text.hasPrefix($0) }.map { text.dropFirst($0.count) } ?? text[...]
        return String(rest.prefix { $0 != "/" })
    }
}
