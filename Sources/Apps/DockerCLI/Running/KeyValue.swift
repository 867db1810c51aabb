/// `key=value` words.
enum KeyValue {
    /// The value is nil without an equals sign.
    static func split(_ word: String) -> (key: String, value: String?) {
        guard let equals = word.firstIndex(of: "=") else { return (word, nil) }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    /// A word without `=` has an empty value, as in labels.
    static func plain(_ words: [String]) -> [String: String] {
        words.reduce(into: [:]) { result, word in
            let (key, value) = split(word)
            result[key] = value ?? ""
        }
    }

    /// `--label`. Errors: a label without a name, in the words of today's client.
    static func labels(_ words: [String]) throws -> [String: String] {
        for word in words where split(word).key.isEmpty {
            throw CommandFailure.invalid(word, for: "label", "invalid label '\(word)': empty name")
        }
        return plain(words)
    }

    /// Without the blanks around key and value; nil without an equals sign or a key.
    static func trimmed(_ word: String) -> (key: String, value: String)? {
        let (key, value) = split(word)
        let name = trim(key)
        return name.isEmpty ? nil : value.map { (name, trim($0)) }
    }

    static func trim(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.prefix(start.count - start.reversed().prefix(while: \.isWhitespace).count))
    }

    /// Errors: a word without `=`.
    static func map(_ words: [String], of flag: String) throws -> [String: String] {
        var result: [String: String] = [:]
        for word in words {
            let (key, value) = split(word)
            guard let value, !key.isEmpty else {
                throw CommandFailure("invalid argument \"\(word)\" for --\(flag): expected key=value")
            }
            result[key] = value
        }
        return result
    }
}
