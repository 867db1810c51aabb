internal import APIModel
internal import OrderedJSON
internal import Primitives

/// `--change` of import and commit: Dockerfile instructions that alter an image's config.
enum ImageChanges {
    /// Errors: `badParameter` with Docker's wording for what can't be changed this way.
    static func apply(_ changes: [String], to config: inout ContainerConfig) throws(EngineError) {
        for change in changes {
            for line in change.split(separator: "\n") { try apply(line: String(line), to: &config) }
        }
    }

    private static func apply(line: String, to config: inout ContainerConfig) throws(EngineError) {
        let text = line.drop(while: \.isWhitespace)
        guard !text.isEmpty, !text.hasPrefix("#") else { return }
        let word = text.prefix { !$0.isWhitespace }
        let rest = String(text.dropFirst(word.count).drop(while: \.isWhitespace))
        guard !rest.isEmpty else {
            throw EngineError(.badParameter, "\(word.uppercased()) requires at least one argument")
        }
        switch word.uppercased() {
        case "CMD": config.cmd = command(rest)
        case "ENTRYPOINT": config.entrypoint = command(rest)
        case "ENV": for (key, value) in try pairs(rest, of: "ENV") { set(key, value, in: &config) }
        case "LABEL":
            for (key, value) in try pairs(rest, of: "LABEL") {
                config.labels = (config.labels ?? [:]).merging([key: value]) { $1 }
            }
        case "EXPOSE": try expose(rest, &config)
        case "ONBUILD": config.onBuild = (config.onBuild ?? []) + [rest]
        case "USER": config.user = rest
        case "VOLUME":
            for path in list(rest) { config.volumes = (config.volumes ?? [:]).merging([path: EmptyObject()]) { $1 } }
        case "WORKDIR":
            config.workingDir = rest.hasPrefix("/") ? rest : AbsolutePath.clean(config.workingDir + "/" + rest)
        case "STOPSIGNAL":
            _ = try Signal.parse(rest)
            config.stopSignal = rest
        default: throw EngineError(.badParameter, "\(word.lowercased()) is not a valid change command")
        }
    }

    /// `["a","b"]`, else words for the shell.
    private static func command(_ text: String) -> [String] {
        jsonList(text) ?? ["/bin/sh", "-c", text]
    }

    private static func list(_ text: String) -> [String] {
        jsonList(text) ?? text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static func jsonList(_ text: String) -> [String]? {
        guard text.hasPrefix("["), case .array(let items)? = try? JSONValue(parsing: text) else { return nil }
        let words = items.compactMap(\.stringValue)
        return words.count == items.count ? words : nil
    }

    private static func expose(_ text: String, _ config: inout ContainerConfig) throws(EngineError) {
        for word in text.split(whereSeparator: \.isWhitespace) {
            let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let bounds = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map {
                UInt16($0)
            }
            guard let first = bounds.first ?? nil, let last = bounds.last ?? nil, first > 0, first <= last,
                let port = PortKey.parse("\(first)/\(parts.count > 1 ? parts[1] : "tcp")")
            else { throw EngineError(.badParameter, "invalid containerPort: \(word)") }
            for number in first...last { config.exposedPorts["\(number)/\(port.name)"] = EmptyObject() }
        }
    }

    private static func set(_ name: String, _ value: String, in config: inout ContainerConfig) {
        var env = config.env ?? []
        env.removeAll { $0.hasPrefix(name + "=") }
        env.append(name + "=" + value)
        config.env = env
    }

    /// `A=b C="d e"` or the old `A rest of the line`.
    private static func pairs(_ text: String, of instruction: String) throws(EngineError) -> [(String, String)] {
        let words = quotedWords(text)
        guard let first = words.first else { return [] }
        if !first.contains("=") {
            guard words.count > 1 else { throw EngineError(.badParameter, "\(instruction) must have two arguments") }
            return [(first, String(text.dropFirst(first.count).drop(while: \.isWhitespace)))]
        }
        var result: [(String, String)] = []
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                throw EngineError(
                    .badParameter, "Syntax error - can't find = in \"\(word)\". Must be of the form: name=value")
            }
            result.append((String(word[..<equals]), String(word[word.index(after: equals)...])))
        }
        return result
    }

    /// Words at blanks, with quotes and backslashes as a shell reads them.
    private static func quotedWords(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in text {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\" && quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let finished = word { words.append(finished) }
        return words
    }
}
