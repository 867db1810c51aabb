internal import HostSystem
internal import OrderedJSON
public import Primitives

extension Profile {
    /// Where a login was put.
    public enum Place: Sendable, Equatable {
        /// Readable, in this file.
        case file(String)
        case helper
    }

    /// The user's login at a server, as `RegistryServer` names it. Errors: `badParameter` for files that can't be read,
    /// and those of the helper.
    public func login(at server: String) throws(EngineError) -> RegistryUser? {
        if let damage { throw damage }
        let found = entry(of: server).flatMap { LoginEntry.read($0, server: server) }
        guard let helper = try helper(for: server) else { return found }
        guard var login = try helper.get(server) else { return nil }
        login.email = found?.email ?? ""
        return login
    }

    /// The user's name at a server as far as the file says it; no helper is asked.
    public func shownUser(at server: String) -> String? {
        let name = entry(of: server).flatMap { LoginEntry.read($0, server: server) }?.username ?? ""
        return name.isEmpty ? nil : name
    }

    /// The value of `X-Registry-Auth` for calls about an image.
    public func authorization(for reference: ImageReference) throws(EngineError) -> String {
        try login(at: RegistryServer.key(of: reference))?.header ?? RegistryUser.anonymousHeader
    }

    /// Keeps a login under its server's name: with the helper where there is one, else in `config.json`.
    public func store(_ login: RegistryUser) throws(EngineError) -> Place {
        let server = login.serverAddress
        guard let helper = try helper(for: server) else {
            try change { auths in auths[server] = LoginEntry.write(login, over: auths[server]) }
            return .file(path)
        }
        try helper.store(login)
        // The file says that there is a login, and no more.
        let shown = RegistryUser(email: login.email, serverAddress: server)
        try change { auths in auths[server] = LoginEntry.write(shown, over: auths[server]) }
        return .helper
    }

    /// Forgets a login, wherever it is. False when there was none.
    public func erase(_ server: String) throws(EngineError) -> Bool {
        var wasThere = false
        if let helper = try helper(for: server), try helper.get(server) != nil {
            try helper.erase(server)
            wasThere = true
        }
        if entry(of: server) != nil || damage != nil {
            try change { auths in wasThere = Self.forget(server, in: &auths) || wasThere }
        }
        return try eraseOld(server) || wasThere
    }

    /// `credHelpers` names one for a server, `credsStore` one for all others.
    private func helper(for server: String) throws(EngineError) -> CredentialHelper? {
        let own = document["credHelpers"]?[server]?.stringValue ?? ""
        let name = own.isEmpty ? document["credsStore"]?.stringValue ?? "" : own
        return name.isEmpty ? nil : try CredentialHelper(name, prefix: helperPrefix)
    }

    /// By name, else by an old name that has the same host in it.
    private func entry(of server: String) -> JSONValue? {
        let auths = document["auths"]?.objectValue ?? [:]
        let host = RegistryServer.hostname(server)
        return auths[server] ?? auths.entries.first { RegistryServer.hostname($0.key) == host }?.value
    }

    private static func forget(_ server: String, in auths: inout JSONObject) -> Bool {
        let host = RegistryServer.hostname(server)
        let names = auths.keys.filter { $0 == server || RegistryServer.hostname($0) == host }
        for name in names { auths[name] = nil }
        return !names.isEmpty
    }

    /// Changes the logins in `config.json` as it is by then; `.dockercfg`'s move there with the first change.
    private func change(_ edit: (inout JSONObject) -> Void) throws(EngineError) {
        try PrivateFile.update(path, limit: Self.limit) { bytes throws(EngineError) in
            var document = try read(bytes)
            var auths = document["auths"]?.objectValue ?? [:]
            edit(&auths)
            document["auths"] = .object(auths)
            return JSONValue.object(document).serialized(.indented("\t"))
        }
    }

    /// From the old file too: it is not read any more when there is a new one, but a secret that is not wanted is not
    /// left there. The file goes with its last login.
    private func eraseOld(_ server: String) throws(EngineError) -> Bool {
        guard try PrivateFile.read(oldPath, limit: Self.limit) != nil else { return false }
        var (wasThere, isEmpty) = (false, false)
        try PrivateFile.update(oldPath, limit: Self.limit) { bytes throws(EngineError) in
            guard let bytes, var auths = try? OldLogins.read(bytes, path: oldPath), Self.forget(server, in: &auths)
            else {
                return nil
            }
            (wasThere, isEmpty) = (true, auths.isEmpty)
            return JSONValue.object(auths).serialized(.indented("\t"))
        }
        if isEmpty { PrivateFile.remove(oldPath) }
        return wasThere
    }
}

extension Profile {
    /// The value of `X-Registry-Config`: all logins by server, for a call that may go to any registry. One whose helper
    /// fails is left out, as Docker does.
    public func allAuthorizations() -> String {
        let servers = (document["auths"]?.objectValue?.keys ?? []) + (document["credHelpers"]?.objectValue?.keys ?? [])
        var object = JSONObject()
        for server in Set(servers).sorted() {
            guard let login = try? login(at: server), login.isComplete else { continue }
            object[server] = .object(login.json)
        }
        return Base64.encode(JSONValue.object(object).serialized(), forURL: true)
    }

    /// Variables for the commands of a build from `proxies`: those of the engine's address, else `default`'s. Each in
    /// capitals and small.
    public func proxyVariables(engine address: String) -> [(name: String, value: String)] {
        let proxies = document["proxies"]
        guard let chosen = proxies?[address] ?? proxies?["default"] else { return [] }
        let names = [
            ("HTTP_PROXY", "httpProxy"), ("HTTPS_PROXY", "httpsProxy"), ("NO_PROXY", "noProxy"),
            ("FTP_PROXY", "ftpProxy"), ("ALL_PROXY", "allProxy"),
        ]
        return names.flatMap { name, key -> [(name: String, value: String)] in
            guard let value = chosen[key]?.stringValue, !value.isEmpty else { return [] }
            return [(name, value), (name.lowercased(), value)]
        }
    }
}
