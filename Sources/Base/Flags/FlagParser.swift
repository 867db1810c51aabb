/// Docker's command-line grammar (its `mflag` package): `--x=v`, `--x v`, `-x v`, clusters of letters, no `-xv`; the
/// first word that is no flag, `--` or a lone `-` ends the flags, unless they may be mixed with arguments.
public struct FlagParser: Sendable {
    public let flags: [Flag]
    private let byName: [String: Int]
    private let byDeprecated: [String: Int]

    public init(_ flags: [Flag]) {
        self.flags = flags
        var byName: [String: Int] = [:]
        var byDeprecated: [String: Int] = [:]
        for (index, flag) in flags.enumerated() {
            for name in flag.names { byName[name] = index }
            for name in flag.deprecated.keys { byDeprecated[name] = index }
        }
        self.byName = byName
        self.byDeprecated = byDeprecated
    }

    /// `mixed`: flags may also stand among and behind the arguments, up to `--`, as in Docker from 1.13 on.
    ///
    /// Errors: exit code 2.
    public func parse(_ words: some Collection<String>, mixed: Bool = false) throws(UsageError) -> FlagValues {
        var values = FlagValues()
        for flag in flags { values.defaults[flag.name] = flag.defaultText }
        var rest = Array(words)[...]
        while let word = rest.first {
            let isFlag = word.hasPrefix("-") && word.count > 1
            guard isFlag || mixed else { break }
            rest.removeFirst()
            if word == "--" { break }
            if isFlag { try take(word, &rest, &values) } else { values.arguments.append(word) }
        }
        values.arguments += rest
        return values
    }

    private func take(_ word: String, _ rest: inout ArraySlice<String>, _ values: inout FlagValues) throws(UsageError) {
        let dashes = word.hasPrefix("--") ? "--" : "-"
        let parts = word.dropFirst(dashes.count).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        let given = parts.count > 1 ? Self.unquoted(String(parts[1])) : nil
        if let index = byName[name], dashes == "--" ? name.count > 1 : name.count == 1 {
            return try store(flags[index], given, shown: dashes + name, &rest, &values)
        }
        if let index = byDeprecated[dashes + name] {
            warn(dashes + name, flags[index], &values)
            return try store(flags[index], given, shown: dashes + name, &rest, &values)
        }
        if name == "help" || (name == "h" && byName["h"] == nil) {
            values.wantsHelp = true
            return
        }
        guard dashes == "-", name.count > 1 else { throw Self.unknown(dashes + name) }
        try takeCluster(name, given, &rest, &values)
    }

    private func warn(_ name: String, _ flag: Flag, _ values: inout FlagValues) {
        let replacement = flag.deprecated[name] ?? nil
        let text = replacement.map { "replaced by '\($0)'" } ?? "removed"
        values.warnings.append("Warning: '\(name)' is deprecated, it will be \(text) soon. See usage.")
    }

    /// `-it`, `-dp 80:80`: each letter a flag; `=` belongs to the last.
    private func takeCluster(
        _ letters: String, _ given: String?, _ rest: inout ArraySlice<String>, _ values: inout FlagValues
    ) throws(UsageError) {
        guard letters.allSatisfy({ byName[String($0)] != nil }) else { throw Self.unknown("-" + letters) }
        for (position, letter) in letters.enumerated() {
            guard let index = byName[String(letter)] else { throw Self.unknown("-\(letter)") }
            let value = position == letters.count - 1 ? given : nil
            try store(flags[index], value, shown: "-\(letter)", &rest, &values)
        }
    }

    private func store(
        _ flag: Flag, _ given: String?, shown: String, _ rest: inout ArraySlice<String>, _ values: inout FlagValues
    ) throws(UsageError) {
        var value = given
        if value == nil && flag.kind == .bool { value = "true" }
        if value == nil {
            guard let next = rest.popFirst() else { throw UsageError("flag needs an argument: \(shown)", exitCode: 2) }
            value = next
        }
        let text = value ?? ""
        if flag.kind == .bool && Self.truth(text) == nil {
            throw UsageError(
                "invalid boolean value \"\(text)\" for  \(shown): strconv.ParseBool: parsing \"\(text)\": invalid syntax",
                exitCode: 2)
        }
        if flag.kind == .integer && Self.integer(text) == nil {
            throw UsageError(
                "invalid value \"\(text)\" for flag \(shown): strconv.ParseInt: parsing \"\(text)\": invalid syntax",
                exitCode: 2)
        }
        values.texts[flag.name, default: []].append(text)
    }

    private static func unknown(_ shown: String) -> UsageError {
        UsageError("flag provided but not defined: \(shown)", exitCode: 2)
    }

    /// One pair of quotes around a value of the `=` form is taken off.
    private static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return text
        }
        return String(text.dropFirst().dropLast())
    }

    static func truth(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "TRUE", "true", "True": true
        case "0", "f", "F", "FALSE", "false", "False": false
        default: nil
        }
    }

    /// Go's base 0: `0x10`, `010`, `10`, with a sign.
    static func integer(_ text: String) -> Int? {
        let negative = text.hasPrefix("-")
        let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : Substring(text)
        guard let first = digits.first, first.isNumber else { return nil }
        let value: Int? =
            if digits.lowercased().hasPrefix("0x") {
                Int(digits.dropFirst(2), radix: 16)
            } else if first == "0" && digits.count > 1 { Int(digits.dropFirst(), radix: 8) } else { Int(digits) }
        return value.map { negative ? -$0 : $0 }
    }
}
