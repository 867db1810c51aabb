internal import ImageModel
internal import APIModel
internal import ImageStore
internal import Primitives

/// The `filters` of `GET /images/json`.
struct ImageFilter: Sendable {
    private static let known: Set<String> = ["dangling", "label", "label!", "before", "since", "reference", "until"]

    private let filters: Filters
    private let dangling: Bool?
    /// Images were made before it.
    private let limit: Timestamp?

    init(_ filters: Filters) throws(EngineError) {
        for key in filters.values.keys.sorted() where !Self.known.contains(key) {
            throw EngineError(.badParameter, "invalid filter '\(key)'")
        }
        limit = try filters["until"].map { text throws(EngineError) in try PruneLimit.time(text) }.min()
        dangling = try filters.bool("dangling")
        for pattern in filters["reference"] where !ShellPattern(pattern).isValid {
            throw EngineError(.badParameter, "syntax error in pattern")
        }
        self.filters = filters
    }

    func matches(_ image: Image, resolve: (String) throws(EngineError) -> Image) throws(EngineError) -> Bool {
        if let dangling, dangling != (image.tags.isEmpty && image.digests.isEmpty) { return false }
        guard LabelFilter.matches(filters, image.config.labels) else { return false }
        let created = image.created ?? Timestamp(nanoseconds: 0)
        for name in filters["before"] {
            if created >= (try resolve(name).created ?? created) { return false }
        }
        for name in filters["since"] {
            if created <= (try resolve(name).created ?? created) { return false }
        }
        if let limit, created >= limit { return false }
        return filters["reference"].isEmpty || (image.tags + image.digests).contains(where: shows)
    }

    /// Of an image's names, those that a reference filter asks for.
    func shows(_ name: String) -> Bool {
        let patterns = filters["reference"]
        return patterns.isEmpty || patterns.contains { Self.matches(name, $0) }
    }

    /// A reference filter is a shell pattern of the name, with or without its tag or digest.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        let end = name.lastIndex(of: "@") ?? name.lastIndex(of: ":") ?? name.endIndex
        return ShellPattern(pattern).matches(name) || ShellPattern(pattern).matches(String(name[..<end]))
    }
}

/// `*` and `?` within a path's part, `[…]` classes, as Go's `path.Match`.
struct ShellPattern: Sendable {
    private let pattern: [Character]

    init(_ pattern: String) { self.pattern = Array(pattern.prefix(1024)) }

    func matches(_ text: String) -> Bool { matches(Array(text)[...], pattern[...]) }

    /// False where Go says `ErrBadPattern`: a class without its end or without members, nothing after a backslash.
    var isValid: Bool {
        var rest = pattern[...]
        while let head = rest.popFirst() {
            if head == "\\", rest.popFirst() == nil { return false }
            if head == "[", !Self.skipClass(&rest) { return false }
        }
        return true
    }

    private static func skipClass(_ rest: inout ArraySlice<Character>) -> Bool {
        if rest.first == "^" { rest.removeFirst() }
        var isEmpty = true
        while rest.first != "]" || isEmpty {
            guard skipMember(&rest) else { return false }
            if rest.first == "-" {
                rest.removeFirst()
                guard skipMember(&rest) else { return false }
            }
            isEmpty = false
        }
        rest.removeFirst()
        return true
    }

    /// One that is followed by something.
    private static func skipMember(_ rest: inout ArraySlice<Character>) -> Bool {
        guard let first = rest.popFirst(), first != "-", first != "]" else { return false }
        if first == "\\", rest.popFirst() == nil { return false }
        return !rest.isEmpty
    }

    private func matches(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        guard let head = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        switch head {
        case "*":
            if matches(text, rest) { return true }
            guard let first = text.first, first != "/" else { return false }
            return matches(text.dropFirst(), pattern)
        case "?": return text.first.map { $0 != "/" } == true && matches(text.dropFirst(), rest)
        case "[":
            guard let first = text.first, let (holds, after) = inClass(first, rest) else { return false }
            return holds && matches(text.dropFirst(), after)
        case "\\":
            guard let literal = rest.first else { return false }
            return text.first == literal && matches(text.dropFirst(), rest.dropFirst())
        default: return text.first == head && matches(text.dropFirst(), rest)
        }
    }

    private func inClass(
        _ character: Character, _ pattern: ArraySlice<Character>
    ) -> (Bool, ArraySlice<Character>)? {
        guard let end = pattern.dropFirst().firstIndex(of: "]") else { return nil }
        var members = pattern[pattern.startIndex..<end]
        let negated = members.first == "^"
        if negated { members = members.dropFirst() }
        var holds = false
        var index = members.startIndex
        while index < members.endIndex {
            if index + 2 < members.endIndex, members[index + 1] == "-" {
                // An inverted range holds nothing.
                holds = holds || (members[index] <= character && character <= members[index + 2])
                index += 3
            } else {
                holds = holds || members[index] == character
                index += 1
            }
        }
        return (holds != negated, pattern[(end + 1)...])
    }
}
