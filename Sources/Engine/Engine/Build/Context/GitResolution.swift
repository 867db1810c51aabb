internal import Primitives

/// Asks a repository which commit is meant, without fetching it. Blocks.
struct GitResolution: Sendable {
    let git: GitProgram

    /// The same repository with the commit's name, and its reference's whole one. Errors: `badParameter` when there is no
    /// such thing, or not the commit that was asked for; `unavailable` without git.
    func resolved(_ repository: GitRepository) throws -> GitRepository {
        var found = repository
        if repository.isCommit {
            found.commit = repository.reference
            try Self.check([repository.reference], repository)
            return found
        }
        let name = repository.reference
        let words = ["ls-remote", "--", repository.remote, name] + (name == "HEAD" ? [] : [name + "^{}"])
        let (succeeded, text) = try git.attempt(words, in: "/")
        guard succeeded else {
            throw EngineError(.badParameter, "failed to fetch remote \(repository.publicRemote): \(text)")
        }
        guard let (whole, object, commit) = Self.find(name, in: Self.references(text)) else {
            throw EngineError(.badParameter, "repository does not contain ref \(name), output: \"\(text)\"")
        }
        try Self.check([object, commit], repository)
        (found.reference, found.commit) = (whole, commit)
        return found
    }

    /// `<commit>\t<reference>` lines; others are what a server had to say.
    static func references(_ text: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            if parts.count == 2, GitRepository.isCommit(parts[0]) { found[String(parts[1])] = String(parts[0]) }
        }
        return found
    }

    /// As `git checkout` has it: a branch comes before a tag of the same name. Of a tag with a text of its own the object is
    /// another than the commit.
    static func find(
        _ name: String, in references: [String: String]
    ) -> (whole: String, object: String, commit: String)? {
        let prefixes = name == "HEAD" ? [""] : ["refs/", "refs/heads/", "refs/tags/"]
        for prefix in prefixes {
            let whole = name.hasPrefix(prefix) ? name : prefix + name
            guard let object = references[whole] else { continue }
            return (whole, object, references[whole + "^{}"] ?? object)
        }
        return nil
    }

    /// `names`: of the tag, of the commit.
    private static func check(_ names: [String], _ repository: GitRepository) throws(EngineError) {
        guard let wanted = repository.checksum, !names.contains(where: { $0.hasPrefix(wanted) }) else { return }
        let found = Set(names).sorted().joined(separator: " or ")
        throw EngineError(.badParameter, "expected checksum to match \(wanted), got \(found)")
    }
}
