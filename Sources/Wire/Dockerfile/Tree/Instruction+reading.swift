// From a split instruction to one that is understood.
extension Instruction {
    init(_ raw: RawInstruction) throws(DockerfileError) {
        statement = try Statement(raw)
        keyword = raw.keyword
        text = raw.text
        span = raw.span
        comments = raw.line.comments
    }
}

extension Statement {
    /// Errors: unknown instructions, arguments and flags that are too few, too many or wrong.
    init(_ raw: RawInstruction) throws(DockerfileError) {
        switch raw.name {
        case "FROM": self = .from(try From(raw))
        case "RUN": self = .run(try Run(raw))
        case "COPY": self = .copy(try Copy(raw))
        case "ADD": self = .add(try Add(raw))
        case "HEALTHCHECK": self = .healthcheck(try Healthcheck(raw))
        case "MAINTAINER": self = .maintainer(try raw.oneText())
        case "USER": self = .user(try raw.oneText())
        case "WORKDIR": self = .workdir(try raw.oneText())
        case "STOPSIGNAL": self = .stopSignal(try raw.oneText())
        case "ENV": self = .env(try raw.pairs())
        case "LABEL": self = .label(try raw.pairs())
        case "EXPOSE": self = .expose(try raw.someWords().sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        case "VOLUME": self = .volume(try raw.paths())
        case "ARG": self = .arg(try raw.declarations())
        case "ONBUILD": self = .onbuild(try raw.trigger())
        default: self = try Self.command(raw)
        }
    }

    private static func command(_ raw: RawInstruction) throws(DockerfileError) -> Statement {
        switch raw.name {
        case "CMD", "ENTRYPOINT":
            _ = try InstructionFlags(raw)
            let command = try CommandLine(raw)
            return raw.name == "CMD" ? .cmd(command) : .entrypoint(command)
        case "SHELL":
            _ = try InstructionFlags(raw)
            guard !raw.arguments.list.isEmpty else { throw raw.failure("SHELL requires at least one argument") }
            guard raw.arguments.isJSON else { throw raw.failure("SHELL requires the arguments to be in JSON form") }
            return .shell(raw.arguments.list)
        default:
            throw raw.failure(
                "unknown instruction: \(raw.keyword)"
                    + Suggestion.hint(for: raw.keyword, among: ArgumentGrammar.keywords, ignoringCase: true))
        }
    }
}

// The simple forms.
extension RawInstruction {
    fileprivate func oneText() throws(DockerfileError) -> String {
        guard case .text(let text) = arguments else { throw failure("\(name) requires exactly one argument") }
        _ = try InstructionFlags(self)
        return text
    }

    fileprivate func someWords() throws(DockerfileError) -> [String] {
        let words = arguments.list
        guard !words.isEmpty else { throw failure("\(name) requires at least one argument") }
        _ = try InstructionFlags(self)
        return words
    }

    fileprivate func pairs() throws(DockerfileError) -> [KeyValuePair] {
        _ = try InstructionFlags(self)
        guard case .pairs(let pairs) = arguments else { throw failure("\(name) requires at least one argument") }
        guard !pairs.contains(where: \.key.isEmpty) else { throw failure("\(name) names can not be blank") }
        return pairs
    }

    fileprivate func paths() throws(DockerfileError) -> [String] {
        let paths = try someWords().map(\.trimmingBlanks)
        guard !paths.contains("") else { throw failure("VOLUME specified can not be an empty string") }
        return paths
    }

    fileprivate func declarations() throws(DockerfileError) -> [ArgumentDeclaration] {
        try someWords().map { word throws(DockerfileError) in
            guard let (name, value) = word.cutAtEquals else { return ArgumentDeclaration(name: word, value: nil) }
            guard !name.isEmpty else { throw failure("ARG names can not be blank") }
            return ArgumentDeclaration(name: name, value: value)
        }
    }

    /// The trigger's own text, with its here-documents behind it.
    fileprivate func trigger() throws(DockerfileError) -> String {
        guard case .nested(let keyword, _) = arguments else {
            throw failure("ONBUILD requires at least one argument")
        }
        _ = try InstructionFlags(self)
        switch keyword.uppercased() {
        case "ONBUILD": throw failure("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
        case "MAINTAINER", "FROM": throw failure("\(keyword.uppercased()) isn't allowed as an ONBUILD trigger")
        default: break
        }
        let bytes = Array(text.utf8.dropFirst(self.keyword.utf8.count))
        let trigger = String(decoding: bytes[bytes.skippingBlanks(from: 0)...], as: UTF8.self)
        return hereDocuments.reduce(trigger) { $0 + "\n" + $1.content + $1.name }
    }
}

extension From {
    init(_ raw: RawInstruction) throws(DockerfileError) {
        let words = raw.arguments.list
        if words.count == 3, words[1].lowercased() == "as" {
            stage = try Self.stageName(words[2], raw)
            (asKeyword, writtenStage) = (words[1], words[2])
        } else if words.count != 1 {
            throw raw.failure("FROM requires either one or three arguments")
        }
        platform = try InstructionFlags(raw, ["platform": .text]).text("platform")
        base = words[0]
    }

    /// `[a-z][a-z0-9-_.]*`, in any case.
    private static func stageName(_ text: String, _ raw: RawInstruction) throws(DockerfileError) -> String {
        let name = text.lowercased()
        let isValid = name.utf8.allSatisfy {
            Ascii.isLetter($0) || Ascii.isDigit($0) || "-_.".utf8.contains($0)
        }
        guard isValid, name.utf8.first.map(Ascii.isLetter) == true else {
            throw raw.failure(
                "invalid name for build stage: \(GoQuoted.text(text)), "
                    + "name can't start with a number or contain symbols")
        }
        return name
    }
}
