/// The flags of an instruction, checked against those it has.
struct InstructionFlags {
    enum Kind {
        case bool
        case text
        /// Any number of times.
        case list
    }

    struct Value {
        var value: String
        /// In the instruction's text.
        var offset: Int
    }

    private var values: [String: [Value]] = [:]

    /// Errors: flags there are not, twice, without a value, or with one that is no truth.
    init(_ raw: RawInstruction, _ kinds: [String: Kind] = [:]) throws(DockerfileError) {
        for word in raw.flags {
            let (flag, value) = word.text.cutAtEquals.map { ($0, Optional($1)) } ?? (word.text, nil)
            let name = String(flag.dropFirst(2))
            guard let kind = kinds[name] else {
                throw raw.failure(
                    "unknown flag: \(flag)" + Suggestion.hint(for: name, among: kinds.keys.sorted()), at: word.offset)
            }
            guard kind == .list || values[name] == nil else {
                throw raw.failure("duplicate flag specified: \(flag)", at: word.offset)
            }
            do {
                values[name, default: []].append(
                    Value(value: try Self.checked(value, of: flag, kind), offset: word.offset))
            } catch {
                throw raw.failure(error.message, at: word.offset)
            }
        }
    }

    private static func checked(_ value: String?, of flag: String, _ kind: Kind) throws(DockerfileError) -> String {
        guard let value else {
            guard kind == .bool else { throw DockerfileError("missing a value on flag: \(flag)") }
            return "true"
        }
        guard kind == .bool else { return value }
        guard !value.isEmpty else { throw DockerfileError("missing a value on flag: \(flag)") }
        guard ["true", "false"].contains(value.lowercased()) else {
            throw DockerfileError("expecting boolean value for flag \(flag), not: \(value)")
        }
        return value.lowercased()
    }

    func words(_ name: String) -> [Value] { values[name] ?? [] }
    func list(_ name: String) -> [String] { words(name).map(\.value) }
    /// Empty counts as not said.
    func text(_ name: String) -> String? { list(name).last.flatMap { $0.isEmpty ? nil : $0 } }
    func bool(_ name: String) -> Bool? { list(name).last.map { $0 == "true" } }
}
