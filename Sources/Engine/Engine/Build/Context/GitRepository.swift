internal import Primitives

/// A repository that is a context, or that ADD names: where it is, what is checked out, and which folder of it counts.
///
/// `git://`, `ssh://`, `http(s)://….git`, `git@host:path`, `github.com/…`, each with `?query` and `#ref:folder` or not.
struct GitRepository: Sendable, Equatable {
    let remote: String
    /// A branch, a tag or a commit; `HEAD` when none is named.
    var reference = "HEAD"
    /// Empty is the whole.
    var folder = ""
    /// Hexadecimal: what the commit's name begins with, as who builds says.
    var checksum: String?
    /// Nil when nothing is said of it.
    var keepsGitFolder: Bool?
    var hasSubmodules = true
    /// The commit's whole name, once it is known.
    var commit: String?

    /// Errors: `badParameter` for what git would take for an option, and for queries there are not.
    init(parsing text: String) throws(EngineError) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let address = (parts.first ?? "").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let place = String(address.first ?? "")
        remote = place.hasPrefix("github.com/") ? "https://" + place : place
        let fragment =
            parts.count > 1 ? parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) : []
        let named = String(fragment.first ?? "")
        if !named.isEmpty { reference = named }
        if fragment.count > 1 { folder = String(fragment[1]) }
        if address.count > 1 { try take(GitQuery(parsing: address[1]), named: named) }
        // CVE-2019-13139: `--upload-pack=…` as a branch. CVE-2017-1000117: `-oProxyCommand=…` as a host.
        guard !reference.hasPrefix("-"), !reference.contains(where: \.isNewline) else {
            throw EngineError(.badParameter, "invalid refspec: \(reference)")
        }
        guard !remote.hasPrefix("-"), !Self.host(remote).hasPrefix("-"), !remote.contains(where: \.isNewline) else {
            throw EngineError(.badParameter, "invalid repository: \(text)")
        }
    }

    /// Beside the fragment, which may say the same.
    private mutating func take(_ query: GitQuery, named: String) throws(EngineError) {
        if let wanted = query.reference {
            guard named.isEmpty || named == wanted else {
                throw EngineError(.badParameter, "ref conflicts: \"\(named)\" vs \"\(wanted)\"")
            }
            reference = wanted
        }
        if let wanted = query.folder {
            guard folder.isEmpty || folder == wanted else {
                throw EngineError(.badParameter, "subdir conflicts: \"\(folder)\" vs \"\(wanted)\"")
            }
            folder = wanted
        }
        if let text = query.checksum { checksum = try Self.checksum(text) }
        (keepsGitFolder, hasSubmodules) = (query.keepsGitFolder, query.hasSubmodules ?? true)
    }

    /// What a commit's name may begin with.
    static func checksum(_ text: String) throws(EngineError) -> String {
        guard (1...64).contains(text.utf8.count), text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw EngineError(.badParameter, "invalid checksum \(text) for Git URL, expected hex commit hash")
        }
        return text.lowercased()
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

    /// A commit's whole name: nobody has to be asked what it means.
    var isCommit: Bool { Self.isCommit(reference) }

    static func isCommit(_ text: some StringProtocol) -> Bool {
        [40, 64].contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// The address without a password, and over HTTP without the user: it stays in the image.
    var publicRemote: String {
        guard let scheme = remote.firstRange(of: "://") else { return remote }
        let rest = remote[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return remote }
        let user = remote.hasPrefix("http") ? "" : authority[..<at].prefix { $0 != ":" } + "@"
        return String(remote[..<scheme.upperBound] + user + rest[authority.index(after: at)...])
    }
}

/// What stands behind the `?` of a repository's address (Dockerfile reference, "Git URL queries").
struct GitQuery: Sendable, Equatable {
    var reference: String?
    var folder: String?
    var checksum: String?
    var keepsGitFolder: Bool?
    var hasSubmodules: Bool?

    /// Errors: `badParameter` for what there is not, twice or without a value, and for what contradicts itself.
    init(parsing text: Substring) throws(EngineError) {
        var values: [String: String] = [:]
        for field in text.split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (name, value) = (String(parts[0]), parts.count > 1 ? PercentText.decoded(parts[1]) : "")
            guard values.updateValue(value, forKey: name) == nil else {
                throw EngineError(.badParameter, "query \"\(name)\" has multiple values")
            }
            guard !value.isEmpty || ["keep-git-dir", "submodules"].contains(name) else {
                throw EngineError(.badParameter, "query \"\(name)\" has no value")
            }
            try take(name, value)
        }
        reference = try Self.reference(values)
    }

    private mutating func take(_ name: String, _ value: String) throws(EngineError) {
        switch name {
        case "ref", "tag", "branch": break
        case "subdir": folder = value
        case "checksum", "commit": checksum = value
        case "keep-git-dir": keepsGitFolder = try Self.truth(name, value)
        case "submodules": hasSubmodules = try Self.truth(name, value)
        case "mtime" where value == "checkout": break
        case "mtime", "fetch-by-commit":
            throw EngineError(.badParameter, "query \"\(name)=\(value)\" of a repository is not supported")
        default: throw EngineError(.badParameter, "unexpected query \"\(name)\"")
        }
    }

    /// A tag and a branch are references of a kind.
    private static func reference(_ values: [String: String]) throws(EngineError) -> String? {
        let (tag, branch) = (values["tag"], values["branch"])
        guard tag == nil || branch == nil else { throw EngineError(.badParameter, "branch conflicts with tag") }
        let named = tag.map { whole($0, "refs/tags/") } ?? branch.map { whole($0, "refs/heads/") }
        let reference = values["ref"]
        guard let reference, let named, reference != named else { return named ?? reference }
        throw EngineError(.badParameter, "ref conflicts: \"\(reference)\" vs \"\(named)\"")
    }

    private static func whole(_ name: String, _ prefix: String) -> String {
        name.hasPrefix(prefix) ? name : prefix + name
    }

    private static func truth(_ name: String, _ value: String) throws(EngineError) -> Bool {
        switch value {
        case "", "1", "t", "T", "true", "TRUE", "True": return true
        case "0", "f", "F", "false", "FALSE", "False": return false
        default: throw EngineError(.badParameter, "invalid \(name) value: \"\(value)\"")
        }
    }
}

/// Values of queries (RFC 3986, section 2.1; a plus is a blank).
private enum PercentText {
    static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
