internal import Primitives

// One option after the other.
extension RunMount {
    private static let keys = [
        "type", "from", "source", "target", "readonly", "id", "sharing", "required", "size", "mode", "uid", "gid",
        "src", "dst", "destination", "ro", "rw", "readwrite", "env",
    ]

    mutating func take(_ field: RunMountFlag.Field) throws(DockerfileError) {
        if field.key == "required" {
            guard kind == .secret || kind == .ssh else { throw unexpected(field.key) }
            isRequired = try field.flag()
            return
        }
        guard let value = field.value else {
            throw DockerfileError("invalid field '\(field.text)' must be a key=value pair")
        }
        switch field.key {
        case "type": kind = try Self.kind(value)
        case "from": from = value
        case "source", "src": source = value
        case "target", "dst", "destination": target = value
        case "id": id = value
        case "sharing": sharing = try Self.sharing(value)
        case "size": size = try size(value)
        case "mode": mode = try field.number(radix: 8)
        case "uid": uid = try field.number(radix: 10)
        case "gid": gid = try field.number(radix: 10)
        case "env": variable = value
        default:
            throw DockerfileError(
                "unexpected key '\(field.key)' in '\(field.text)'" + Suggestion.hint(for: field.key, among: Self.keys))
        }
    }

    private static func kind(_ value: String) throws(DockerfileError) -> Kind {
        if let kind = Kind(rawValue: value.lowercased()) { return kind }
        throw DockerfileError(
            "unsupported mount type \(GoQuoted.text(value.lowercased()))"
                + Suggestion.hint(for: value, among: Kind.allCases.map(\.rawValue)))
    }

    private static func sharing(_ value: String) throws(DockerfileError) -> Sharing {
        if let sharing = Sharing(rawValue: value.lowercased()) { return sharing }
        throw DockerfileError(
            "unsupported sharing value \(GoQuoted.text(value.lowercased()))"
                + Suggestion.hint(for: value, among: Sharing.allCases.map(\.rawValue)))
    }

    private func size(_ value: String) throws(DockerfileError) -> ByteCount {
        guard kind == .tmpfs else { throw unexpected("size") }
        do { return try ByteCount(parsing: value) } catch {
            throw DockerfileError("invalid value for size: \(value)")
        }
    }

    private func unexpected(_ key: String) -> DockerfileError {
        DockerfileError("unexpected key '\(key)' for mount type '\(kind.rawValue)'")
    }

    /// What does not go together.
    func check() throws(DockerfileError) {
        if kind == .bind || kind == .tmpfs {
            for (name, value) in [("mode", mode), ("uid", uid), ("gid", gid)] where value != nil {
                throw DockerfileError("\(name) not allowed for \"\(kind.rawValue)\" type mounts")
            }
        }
        if kind == .secret { try checkSecret() }
        if kind == .ssh, !source.isEmpty { throw DockerfileError("ssh does not support source") }
        if sharing != nil, kind != .cache {
            throw DockerfileError("invalid cache sharing set for \(kind.rawValue) mount")
        }
    }

    private func checkSecret() throws(DockerfileError) {
        guard from.isEmpty else { throw DockerfileError("secret mount should not have a from") }
        guard sharing == nil else { throw DockerfileError("secret mount should not define sharing") }
        guard !source.isEmpty || !target.isEmpty || !id.isEmpty else {
            throw DockerfileError("invalid secret mount. one of source, target required")
        }
        guard source.isEmpty || id.isEmpty else { throw DockerfileError("both source and id can't be set") }
    }
}

/// Truths as Go reads them.
enum GoBool {
    static func value(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }
}
