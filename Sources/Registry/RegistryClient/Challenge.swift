/// One way to prove who one is, from `WWW-Authenticate` (RFC 9110 §11.6.1; distribution-spec, token authentication).
struct Challenge: Sendable, Hashable {
    /// In lower case: `basic`, `bearer`.
    var scheme: String
    /// Names in lower case.
    var parameters: [String: String]

    private static let longest = 16 << 10
    private static let most = 32

    /// All challenges of a header's values, in order; what can't be read ends the value it is in.
    static func parse(_ values: [String]) -> [Challenge] {
        values.flatMap { value in
            var reader = Reader(rest: Array(value.utf8.prefix(longest))[...])
            return reader.challenges(most: most)
        }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func challenges(most: Int) -> [Challenge] {
            var result: [Challenge] = []
            while result.count < most {
                skip { $0 == UInt8(ascii: ",") || Self.isBlank($0) }
                guard let scheme = token() else { break }
                skip(Self.isBlank)
                result.append(Challenge(scheme: scheme.lowercased(), parameters: parameters()))
            }
            return result
        }

        /// Ends before a word that no `=` follows: the next challenge.
        private mutating func parameters() -> [String: String] {
            var result: [String: String] = [:]
            while true {
                let start = rest
                skip { $0 == UInt8(ascii: ",") || Self.isBlank($0) }
                guard let name = token() else { return result }
                skip(Self.isBlank)
                guard take(UInt8(ascii: "=")), rest.first != UInt8(ascii: "=") else {
                    rest = start
                    // A bare token after the scheme (token68) belongs to nobody here.
                    if result.isEmpty, name.utf8.count > 0, rest.first.map({ !Self.isBlank($0) && $0 != 44 }) == true {
                        skip { $0 != UInt8(ascii: ",") }
                    }
                    return result
                }
                skip(Self.isBlank)
                guard let value = rest.first == UInt8(ascii: "\"") ? quoted() : token() else { return result }
                if result[name.lowercased()] == nil { result[name.lowercased()] = value }
            }
        }

        private mutating func quoted() -> String? {
            rest = rest.dropFirst()
            var text: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
                if byte == UInt8(ascii: "\\") {
                    guard let next = rest.popFirst() else { return nil }
                    text.append(next)
                } else {
                    text.append(byte)
                }
            }
            return nil
        }

        private mutating func token() -> String? {
            let word = rest.prefix { byte in
                byte > 32 && byte < 127 && !Array("\"(),/:;<=>?@[\\]{}".utf8).contains(byte)
            }
            guard !word.isEmpty else { return nil }
            rest = rest.dropFirst(word.count)
            return String(decoding: word, as: UTF8.self)
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard rest.first == byte else { return false }
            rest = rest.dropFirst()
            return true
        }

        private mutating func skip(_ isSkipped: (UInt8) -> Bool) { rest = rest.drop(while: isSkipped) }

        private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
    }
}
