internal import Primitives

/// A repository that is a context: where it is, what is checked out, and which folder of it counts.
///
/// `git://`, `ssh://`, `http(s)://….git`, `git@host:path`, `github.com/…`, each with `#ref:folder` or not.
struct GitRepository: Sendable, Equatable {
    let remote: String
    /// A branch, a tag or a commit; `HEAD` when none is named.
    let reference: String
    /// Empty is the whole.
    let folder: String

    /// Errors: `badParameter` for what git would take for an option.
    init(parsing text: String) throws(EngineError) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let address = String(parts.first ?? "")
        let fragment =
            parts.count > 1 ? parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) : []
        remote = address.hasPrefix("github.com/") ? "https://" + address : address
        let named = String(fragment.first ?? "")
        reference = named.isEmpty ? "HEAD" : named
        folder = fragment.count > 1 ? String(fragment[1]) : ""
        // CVE-2019-13139: `--upload-pack=…` as a branch. CVE-2017-1000117: `-oProxyCommand=…` as a host.
        guard !reference.hasPrefix("-"), !reference.contains(where: \.isNewline) else {
            throw EngineError(.badParameter, "invalid refspec: \(reference)")
        }
        guard !remote.hasPrefix("-"), !Self.host(remote).hasPrefix("-"), !remote.contains(where: \.isNewline) else {
            throw EngineError(.badParameter, "invalid repository: \(text)")
        }
    }

    /// Git gives it to ssh as a word of its own.
    private static func host(_ remote: String) -> Substring {
        let rest = remote.firstRange(of: "://").map { remote[$0.upperBound...] } ?? remote[...]
        let authority = rest.prefix { $0 != "/" }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return authority.hasPrefix("-") ? authority : host
    }

    /// A commit's name, or the beginning of one.
    var mayBeCommit: Bool { (7...64).contains(reference.utf8.count) && reference.allSatisfy(\.isHexDigit) }
}
