/// What COPY and ADD share: where from, where to, as whose.
public struct Transfer: Sendable, Hashable {
    /// Paths, patterns, for ADD also addresses; with variables.
    public var sources: [String]
    /// Files that stand in the Dockerfile.
    public var documents: [HereDocument]
    public var destination: String
    /// `user[:group]`
    public var owner: String?
    /// Octal or symbolic.
    public var mode: String?
    /// A layer of its own, whatever is below.
    public var isLinked: Bool
    /// Patterns of what is left out.
    public var excludes: [String]
}

/// `COPY [flags] source… destination`
public struct Copy: Sendable, Hashable {
    public var transfer: Transfer
    /// A stage by name or number, an image; nil is the context.
    public var from: String?
    /// Folders of the sources are made below the destination.
    public var keepsParents: Bool
}

/// `ADD [flags] source… destination`
public struct Add: Sendable, Hashable {
    public var transfer: Transfer
    /// `sha256:…` of what is fetched.
    public var checksum: String?
    /// Whether a repository's `.git` stays; nil when it was not said.
    public var keepsGitFolder: Bool?
    /// Whether archives are unpacked; nil: local ones are.
    public var unpacks: Bool?
}

extension Transfer {
    static let flags: [String: InstructionFlags.Kind] = [
        "chown": .text, "chmod": .text, "link": .bool, "exclude": .list,
    ]

    init(_ raw: RawInstruction, _ flags: InstructionFlags) throws(DockerfileError) {
        var words = raw.arguments.list
        destination = words.popLast() ?? ""
        if try Self.mark(destination, raw) != nil {
            throw raw.failure("\(raw.name) cannot accept a heredoc as a destination")
        }
        (sources, documents) = ([], [])
        for word in words {
            guard let mark = try Self.mark(word, raw) else {
                sources.append(word)
                continue
            }
            // Of several with one name each takes the last one's lines.
            let document = raw.hereDocuments.last { $0.name == mark.name }
            let content = mark.ignoresTabs ? document?.withoutTabs : document?.content
            documents.append(
                HereDocument(
                    name: mark.name, content: content ?? "", isExpanded: mark.isExpanded,
                    ignoresTabs: mark.ignoresTabs))
        }
        (owner, mode) = (flags.text("chown"), flags.text("chmod"))
        isLinked = flags.bool("link") ?? false
        excludes = flags.list("exclude")
    }

    private static func mark(_ word: String, _ raw: RawInstruction) throws(DockerfileError) -> HereDocumentMark? {
        // In JSON nothing is a here-document.
        guard !raw.arguments.isJSON else { return nil }
        return try? HereDocumentMark(word)
    }

    fileprivate static func checkCount(_ raw: RawInstruction) throws(DockerfileError) {
        guard raw.arguments.list.count < 2 else { return }
        throw raw.failure(
            "\(raw.name) requires at least two arguments, but only one was provided. "
                + "Destination could not be determined")
    }
}

extension Copy {
    private static let flags = Transfer.flags.merging(["from": .text, "parents": .bool]) { $1 }

    init(_ raw: RawInstruction) throws(DockerfileError) {
        try Transfer.checkCount(raw)
        let flags = try InstructionFlags(raw, Self.flags)
        transfer = try Transfer(raw, flags)
        from = flags.text("from")
        keepsParents = flags.bool("parents") ?? false
    }
}

extension Add {
    private static let flags = Transfer.flags.merging(
        ["checksum": .text, "keep-git-dir": .bool, "unpack": .bool]) { $1 }

    init(_ raw: RawInstruction) throws(DockerfileError) {
        try Transfer.checkCount(raw)
        let flags = try InstructionFlags(raw, Self.flags)
        transfer = try Transfer(raw, flags)
        checksum = flags.text("checksum")
        keepsGitFolder = flags.bool("keep-git-dir")
        unpacks = flags.bool("unpack")
    }
}
