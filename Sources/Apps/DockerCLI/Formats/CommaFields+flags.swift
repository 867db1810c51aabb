internal import Flags
internal import Primitives

extension CommaFields {
    /// All values of a list flag, each of which may be several. An empty one is none.
    static func all(_ flags: FlagValues, _ name: String) throws -> [String] {
        try flags.list(name).filter { !$0.isEmpty }.flatMap { word in
            do { return try split(word) } catch { throw CommandFailure.invalid(word, for: name, Failure.text(error)) }
        }
    }
}
