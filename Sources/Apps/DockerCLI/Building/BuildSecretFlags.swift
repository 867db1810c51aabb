internal import APIModel
internal import HostSystem
internal import Primitives

/// `--secret id=ID[,src=FILE|,env=VARIABLE]`.
enum BuildSecretFlags {
    /// Bytes of all together: they go in a header, in base 64 twice, and the engine takes 64 KiB of headers.
    private static let limit = 24 << 10

    /// Errors: words of another form, files that can't be read, more than a header holds.
    static func secrets(_ words: [String], _ variable: (String) -> String?) throws -> BuildSecrets {
        var (secrets, size) = (BuildSecrets(), 0)
        for word in words {
            let (id, bytes) = try secret(word, variable)
            secrets[id] = bytes
            size += bytes.count
        }
        guard size <= limit else { throw CommandFailure("ERROR: the secrets have more than \(limit) bytes together") }
        return secrets
    }

    private static func secret(_ word: String, _ variable: (String) -> String?) throws -> (String, [UInt8]) {
        var (id, source, name, type) = ("", "", "", "")
        for field in word.split(separator: ",").map(String.init) {
            let (key, value) = KeyValue.split(field)
            guard let value else {
                throw CommandFailure("ERROR: invalid field '\(field)' must be a key=value pair in \(word)")
            }
            switch key.lowercased() {
            case "id": id = value
            case "source", "src": source = value
            case "env": name = value
            case "type": type = value
            default: throw CommandFailure("ERROR: unexpected key '\(key)' in '\(field)'")
            }
        }
        guard ["", "file", "env"].contains(type) else {
            throw CommandFailure("ERROR: unsupported secret type \"\(type)\"")
        }
        if type == "env", name.isEmpty { (name, source) = (source, "") }
        guard !id.isEmpty else { throw CommandFailure("ERROR: secret missing ID in \(word)") }
        if !name.isEmpty { return (id, Array((variable(name) ?? "").utf8)) }
        if source.isEmpty, type != "file", let value = variable(id) { return (id, Array(value.utf8)) }
        return (id, try read(source.isEmpty ? id : source))
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let bytes = try PrivateFile.read(path, limit: limit) else {
            throw CommandFailure("ERROR: failed to stat \(path): stat \(path): no such file or directory")
        }
        return bytes
    }
}
