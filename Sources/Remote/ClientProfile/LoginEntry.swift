internal import OrderedJSON
internal import Primitives

/// A login as files hold it: `{"auth":"<base 64 of user:password>","email":"…"}`, one member of `auths`.
enum LoginEntry {
    /// Nil for what is no object. What can't be decoded counts as missing.
    static func read(_ value: JSONValue, server: String) -> RegistryUser? {
        guard value.objectValue != nil else { return nil }
        func text(_ key: String) -> String { value[key]?.stringValue ?? "" }
        var login = RegistryUser(
            username: text("username"), password: text("password"), email: text("email"),
            identityToken: text("identitytoken"), registryToken: text("registrytoken"), serverAddress: server)
        if let (username, password) = decode(text("auth")) { (login.username, login.password) = (username, password) }
        return login
    }

    /// With the members of `old` that are none of ours.
    static func write(_ login: RegistryUser, over old: JSONValue?) -> JSONValue {
        var entry = old?.objectValue ?? [:]
        for key in ["username", "password"] { entry[key] = nil }
        let hasName = !login.username.isEmpty || !login.password.isEmpty
        entry["auth"] = hasName ? .string(Base64.encode("\(login.username):\(login.password)".utf8)) : nil
        entry["email"] = text(login.email)
        entry["identitytoken"] = text(login.identityToken)
        entry["registrytoken"] = text(login.registryToken)
        return .object(entry)
    }

    private static func text(_ word: String) -> JSONValue? { word.isEmpty ? nil : .string(word) }

    /// Old clients padded passwords with zeros.
    static func decode(_ auth: String) -> (username: String, password: String)? {
        guard !auth.isEmpty, let bytes = Base64.decode(auth) else { return nil }
        let parts = bytes.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let password = parts[1].reversed().drop { $0 == 0 }.reversed()
        return (String(decoding: parts[0], as: UTF8.self), String(decoding: password, as: UTF8.self))
    }
}
