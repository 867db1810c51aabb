public import Primitives

/// A `--mount` of RUN as it is written: what it says may depend on variables.
public struct RunMountFlag: Sendable, Hashable {
    public var text: String
    /// Where it comes from, which may not be a variable: a stage or an image. Empty for the context.
    public let source: String

    /// Errors, without a place: fields that can't be split, a variable in `from`.
    init(_ text: String) throws(DockerfileError) {
        self.text = text
        var source = ""
        for field in try Self.fields(text) where field.key == "from" {
            source = field.value ?? ""
            if let dollar = source.firstIndex(of: "$"), dollar != source.indices.last {
                throw DockerfileError(
                    "'from' doesn't support variable expansion, define alias stage instead")
            }
        }
        self.source = source
    }

    /// A field of `key=value` or a word alone.
    struct Field {
        var text: String
        var key: String
        var value: String?
    }

    static func fields(_ text: String) throws(DockerfileError) -> [Field] {
        let words: [String]
        do { words = try CommaFields.split(text) } catch {
            throw DockerfileError("failed to parse csv mounts: \(error.message)")
        }
        return words.map { word in
            guard let (key, value) = word.cutAtEquals else { return Field(text: word, key: word.lowercased()) }
            return Field(text: word, key: key.lowercased(), value: value)
        }
    }
}

/// What a `--mount` says once its variables are known.
public struct RunMount: Sendable, Hashable {
    public var kind = Kind.bind
    /// A stage or an image; empty for the context.
    public var from = ""
    public var source = ""
    public var target = ""
    public var isReadOnly = false
    /// The secret's, agent's or cache's name.
    public var id = ""
    public var sharing: Sharing?
    /// A secret or an agent that is missing is an error.
    public var isRequired = false
    /// Of a tmpfs.
    public var size: ByteCount?
    public var mode: UInt32?
    public var uid: UInt32?
    public var gid: UInt32?
    /// A secret as a variable; empty is the secret's own name.
    public var variable: String?

    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case bind
        case cache
        case tmpfs
        case secret
        case ssh
    }

    public enum Sharing: String, Sendable, Hashable, CaseIterable {
        case shared
        case `private`
        case locked
    }
}

extension RunMountFlag {
    /// Errors, without a place: options there are not, or that don't go together; what `expand` throws.
    public func resolved(
        _ expand: (String) throws(DockerfileError) -> String
    ) throws(DockerfileError) -> RunMount {
        var mount = RunMount()
        var isReadOnly: Bool?
        for field in try Self.fields(text) {
            var field = field
            if let value = field.value { field.value = try expand(value) }
            switch field.key {
            case "readonly", "ro": isReadOnly = try field.flag()
            case "readwrite", "rw": isReadOnly = !(try field.flag())
            default: try mount.take(field)
            }
        }
        mount.isReadOnly = isReadOnly ?? (mount.kind != .cache && mount.kind != .tmpfs)
        try mount.check()
        return mount
    }
}

extension RunMountFlag.Field {
    /// A word alone is true; else Go's `strconv.ParseBool`.
    func flag() throws(DockerfileError) -> Bool {
        guard let value else { return true }
        guard let truth = GoBool.value(value) else { throw DockerfileError("invalid value for \(key): \(value)") }
        return truth
    }

    func number(radix: Int) throws(DockerfileError) -> UInt32 {
        guard let value, let number = UInt32(value, radix: radix), !value.hasPrefix("+") else {
            throw DockerfileError("invalid value \(value ?? "") for \(key)")
        }
        return number
    }
}
