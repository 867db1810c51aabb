internal import OrderedJSON
internal import Primitives

/// `~/.dockercfg`, the file of Docker 1.6: the object that is `auths` today, or, older still, the two lines
/// `auth = …` and `email = …` about Docker Hub.
enum OldLogins {
    /// By server. Errors: `badParameter` for what is neither.
    static func read(_ bytes: [UInt8], path: String) throws(EngineError) -> JSONObject {
        if let object = (try? JSONValue(parsing: bytes))?.objectValue { return object }
        let values = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).prefix(3).map { line in
            line.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
        }
        guard values.count >= 2, values.allSatisfy({ $0.count == 2 }), values[0][0] == "auth",
            LoginEntry.decode(values[0][1]) != nil
        else { throw EngineError(.badParameter, "\(path) is no file of registry logins") }
        return [RegistryServer.hub: ["auth": .string(values[0][1]), "email": .string(values[1][1])]]
    }
}
