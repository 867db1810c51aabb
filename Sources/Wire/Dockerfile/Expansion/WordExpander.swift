/// What became of a word.
public struct Expansion: Sendable, Hashable {
    public var text = ""
    /// The text split at blanks that are neither quoted nor escaped.
    public var words: [String] = []
    /// Names of variables that were asked for and are set, or are not; each once, in order.
    public var matched: [String] = []
    public var unmatched: [String] = []
}

/// Expands variables and takes away quotes as Dockerfiles do: much like a shell, with fewer forms.
///
/// `$name`, `${name}`, `${name:-word}`, `${name-word}`, `${name:+word}`, `${name+word}`, `${name:?text}`, `${name?text}`,
/// `${name#pattern}`, `##`, `%`, `%%`, `${name/pattern/text}`, `//`. In double quotes variables are expanded, in single
/// ones nothing is. See the Dockerfile reference, "Environment replacement".
public struct WordExpander: Sendable {
    /// A backslash or a backtick.
    public var escape: UInt8
    /// Quotes stay.
    public var keepsQuotes = false
    /// Escapes stay in front of what they escape.
    public var keepsEscapes = false
    /// A variable that is not set stays as it is written.
    public var keepsUnset = false
    /// Quotes mean nothing: here-documents.
    public var ignoresQuotes = false
    /// Longer results are an error, in bytes: a variable can double itself in each line.
    public var longest = 1 << 20

    public init(escape: UInt8 = UInt8(ascii: "\\")) { self.escape = escape }

    /// For here-documents, whose escape is always the backslash; `longest` is the longest file there can be.
    public static var forDocuments: WordExpander {
        var expander = WordExpander()
        expander.ignoresQuotes = true
        expander.longest = SyntaxTree.longest
        return expander
    }

    /// Errors, without a place: quotes or braces that are not closed, forms that there are not, `?` with its text.
    public func expand(
        _ word: String, _ value: (String) -> String?
    ) throws(DockerfileError) -> Expansion {
        try withoutActuallyEscaping(value) { (value) throws(DockerfileError) in
            var reader = WordReader(self, word, value)
            do throws(DockerfileError) {
                let part = try reader.part(until: nil, keepsEscapes: keepsEscapes)
                var result = reader.result
                result.text = String(decoding: part.bytes, as: UTF8.self)
                result.words = part.words
                return result
            } catch {
                throw DockerfileError("failed to process \(GoQuoted.text(word)): \(error.message)")
            }
        }
    }
}
