internal import OrderedJSON

/// Splits an instruction's text by the grammar of its keyword.
struct ArgumentGrammar {
    let line: LogicalLine
    let escape: UInt8

    static let keywords = [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ]
    /// They may have here-documents.
    private static let documented: Set<String> = ["ADD", "COPY", "RUN"]

    /// Errors: pairs without `=`, JSON arrays of something else than strings.
    func instruction() throws(DockerfileError) -> RawInstruction {
        let bytes = line.bytes
        let end = bytes.trimmedEnd(from: 0)
        let text = String(decoding: bytes[..<end], as: UTF8.self)
        let (keyword, flags, arguments) = try parts(from: 0, depth: 0)
        return RawInstruction(keyword: keyword, flags: flags, arguments: arguments, text: text, line: line)
    }

    /// Whether an instruction may announce here-documents: not in the JSON form.
    static func mayHaveHereDocuments(_ raw: RawInstruction) -> Bool {
        if case .nested(let keyword, let arguments) = raw.arguments {
            return documented.contains(keyword.uppercased()) && !arguments.isJSON
        }
        return documented.contains(raw.name) && !raw.arguments.isJSON
    }

    private func parts(
        from start: Int, depth: Int
    ) throws(DockerfileError) -> (String, [FlagWords.Word], RawArguments) {
        let bytes = line.bytes
        let word = bytes[min(start, bytes.count)...].prefix { !Ascii.isSeparator($0) }
        let keyword = String(decoding: word, as: UTF8.self)
        let flags = FlagWords(bytes, from: word.endIndex, escape: escape)
        let offset = bytes.skippingBlanks(from: flags.end)
        guard offset < bytes.count else { return (keyword, flags.words, .none) }
        return (keyword, flags.words, try arguments(of: keyword.uppercased(), from: offset, depth: depth))
    }

    private func arguments(of name: String, from start: Int, depth: Int) throws(DockerfileError) -> RawArguments {
        switch name {
        case "MAINTAINER", "STOPSIGNAL", "USER", "WORKDIR": .text(rest(from: start))
        case "CMD", "ENTRYPOINT", "RUN", "SHELL":
            try list(from: start).map(RawArguments.list) ?? .text(rest(from: start))
        case "ADD", "COPY", "VOLUME": try list(from: start).map(RawArguments.list) ?? .words(words(from: start))
        case "EXPOSE", "FROM": .words(words(from: start))
        case "ARG": .words(QuotedWords.split(trimmed, from: start, escape: escape).map(\.text))
        case "ENV", "LABEL": .pairs(try pairs(of: name, from: start))
        case "HEALTHCHECK": try health(from: start)
        case "ONBUILD": try nested(from: start, depth: depth)
        default: .none
        }
    }

    private var trimmed: [UInt8] { Array(line.bytes[..<line.bytes.trimmedEnd(from: 0)]) }

    private func rest(from start: Int) -> String {
        String(decoding: line.bytes[start..<max(start, line.bytes.trimmedEnd(from: start))], as: UTF8.self)
    }

    private func words(from start: Int) -> [String] {
        line.bytes[start..<max(start, line.bytes.trimmedEnd(from: start))].split(whereSeparator: Ascii.isSeparator)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Nil when it is no JSON array at all: then it is text, whatever it looks like.
    private func list(from start: Int) throws(DockerfileError) -> [String]? {
        guard line.bytes[start] == Ascii.openBracket,
            case .array(let items)? = try? JSONValue(parsing: Array(line.bytes[start...]))
        else { return nil }
        let words = items.compactMap(\.stringValue)
        guard words.count == items.count else {
            throw DockerfileError(
                "when using JSON array syntax, arrays must be comprised of strings only", at: line.span(at: start))
        }
        return words
    }

    private func pairs(of name: String, from start: Int) throws(DockerfileError) -> [KeyValuePair] {
        let words = QuotedWords.split(trimmed, from: start, escape: escape)
        guard let first = words.first, first.text.cutAtEquals != nil else {
            return [try legacyPair(of: name, from: start)]
        }
        return try words.map { word throws(DockerfileError) in
            guard let (key, value) = word.text.cutAtEquals else {
                throw DockerfileError(
                    "Syntax error - can't find = in \(GoQuoted.text(word.text)). Must be of the form: name=value",
                    at: line.span(at: word.offset))
            }
            return KeyValuePair(key, value)
        }
    }

    /// `name` and all that follows, with its quotes.
    private func legacyPair(of name: String, from start: Int) throws(DockerfileError) -> KeyValuePair {
        let key = line.bytes[start...].prefix { !Ascii.isSeparator($0) }
        let value = line.bytes[key.endIndex...].drop(while: Ascii.isSeparator)
        let end = line.bytes.trimmedEnd(from: 0)
        guard value.startIndex < end else {
            throw DockerfileError("\(name) must have two arguments", at: line.span(at: start))
        }
        return KeyValuePair(
            String(decoding: key, as: UTF8.self), String(decoding: value[..<end], as: UTF8.self), isLegacy: true)
    }

    private func health(from start: Int) throws(DockerfileError) -> RawArguments {
        let word = line.bytes[start...].prefix { !Ascii.isSeparator($0) }
        let kind = String(decoding: word, as: UTF8.self)
        let offset = line.bytes.skippingBlanks(from: word.endIndex)
        guard offset < line.bytes.count else { return .kind(kind, .none) }
        return .kind(kind, try list(from: offset).map(RawArguments.list) ?? .text(rest(from: offset)))
    }

    /// A trigger is split as an instruction is, so that it fails here if it would later. A chain of ONBUILDs is an
    /// error anyway and not followed.
    private func nested(from start: Int, depth: Int) throws(DockerfileError) -> RawArguments {
        guard depth == 0 else { return .none }
        let (keyword, _, arguments) = try parts(from: start, depth: depth + 1)
        return .nested(keyword, arguments)
    }
}
