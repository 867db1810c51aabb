internal import CLibYAML
public import OrderedJSON

/// Reads YAML 1.1 into a JSON tree, by libyaml's events.
///
/// Plain scalars become what they look like: null, booleans (`true` and `false`; `yes`, `no`, `on` and `off` stay text,
/// as in YAML 1.2), integers, numbers; quoted ones are text. Keys are text. Tags are refused.
public enum YAMLReader {
    /// Bytes of a document, and how deep it may nest.
    public static let limit = 4 << 20
    static let maximumDepth = 100
    /// Values that aliases may add: an alias of aliases grows by powers.
    static let maximumCopies = 10_000

    /// The first document; `null` for an empty text. Errors name the line.
    public static func read(_ text: String) throws(JSONError) -> JSONValue {
        let bytes = Array(text.utf8)
        guard bytes.count <= limit else { throw JSONError("yaml: the text is longer than \(limit) bytes") }
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { throw JSONError("yaml: no memory for a parser") }
        defer { yaml_parser_delete(&parser) }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(JSONError) in
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            return try withUnsafeMutablePointer(to: &parser) { (parser) throws(JSONError) in
                var composer = YAMLComposer(parser: parser)
                return try composer.document()
            }
        }
    }
}
