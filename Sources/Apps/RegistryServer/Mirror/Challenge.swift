/// What a registry asks for in `WWW-Authenticate` (RFC 9110, 11.6.1): a scheme and its parameters.
struct Challenge: Sendable, Hashable {
    /// In lower case: `basic`, `bearer`.
    let scheme: String
    let parameters: [String: String]

    /// The first challenge of a header; nil for what is none.
    init?(_ header: String) {
        let blank = header.firstIndex(of: " ") ?? header.endIndex
        guard blank != header.startIndex else { return nil }
        scheme = header[..<blank].lowercased()
        parameters = Self.parameters(header[blank...])
    }

    private static func parameters(_ text: Substring) -> [String: String] {
        var found: [String: String] = [:]
        var rest = text
        while true {
            rest = rest.drop { $0 == " " || $0 == "," || $0 == "\t" }
            guard let equals = rest.firstIndex(of: "=") else { return found }
            let name = rest[..<equals].lowercased().filter { $0 != " " }
            rest = rest[rest.index(after: equals)...].drop { $0 == " " }
            let value = rest.first == "\"" ? quoted(&rest) : word(&rest)
            if found[name] == nil { found[name] = value }
        }
    }

    private static func word(_ rest: inout Substring) -> String {
        let word = rest.prefix { $0 != "," && $0 != " " }
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    private static func quoted(_ rest: inout Substring) -> String {
        var value = ""
        rest.removeFirst()
        while let character = rest.popFirst(), character != "\"" {
            value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
        }
        return value
    }
}
