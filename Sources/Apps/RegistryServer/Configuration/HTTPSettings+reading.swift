internal import Primitives

extension HTTPSettings {
    init(_ section: ConfigurationSection) throws(EngineError) {
        address = try section.text("addr") ?? address
        let net = try section.text("net") ?? "tcp"
        guard net == "tcp" || net == "unix" else {
            throw EngineError(.badParameter, "configuration: 'http.net' is tcp or unix, not '\(net)'")
        }
        isUnixSocket = net == "unix"
        api.prefix = try Self.prefix(section.text("prefix") ?? "")
        api.host = try Self.host(section.text("host") ?? "")
        api.usesRelativeURLs = try section.flag("relativeurls") ?? false
        api.headers = try section.headers("headers")
        drainTimeout = try section.duration("draintimeout") ?? drainTimeout
        // Signs the state of uploads elsewhere; here that is in the storage, for all who serve it.
        _ = try section.text("secret")
        if let section = try section.section("tls"), !section.keys.isEmpty { tls = try TLS(section) }
        if let section = try section.section("debug") { try readDebug(section) }
        if let section = try section.section("http2") {
            if try section.flag("disabled") == false {
                throw EngineError(.notImplemented, "configuration: HTTP/2 is not supported")
            }
            try section.finish()
        }
        if let section = try section.section("h2c") {
            try section.refuse("enabled")
            try section.finish()
        }
        try section.finish()
    }

    private mutating func readDebug(_ section: ConfigurationSection) throws(EngineError) {
        debugAddress = try section.text("addr")
        if let section = try section.section("prometheus") {
            let path = try section.text("path") ?? "/metrics"
            metricsPath = try section.flag("enabled") == true ? path : nil
            try section.finish()
        }
        try section.finish()
    }

    /// Without a slash at its end.
    private static func prefix(_ text: String) throws(EngineError) -> String {
        var text = text[...]
        while text.hasSuffix("/") { text.removeLast() }
        guard text.isEmpty || text.hasPrefix("/") else {
            throw EngineError(.badParameter, "configuration: 'http.prefix' begins with a slash")
        }
        return String(text)
    }

    private static func host(_ text: String) throws(EngineError) -> String? {
        if text.isEmpty { return nil }
        guard text.hasPrefix("http://") || text.hasPrefix("https://"), !text.utf8.contains(where: { $0 <= 32 }) else {
            throw EngineError(.badParameter, "configuration: 'http.host' is a URL with scheme and host")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

extension HTTPSettings.TLS {
    fileprivate init(_ section: ConfigurationSection) throws(EngineError) {
        try section.refuse("letsencrypt", "ciphersuites")
        guard let certificate = try section.text("certificate"), let key = try section.text("key") else {
            throw EngineError(.badParameter, "configuration: 'http.tls' needs a certificate and a key")
        }
        self.init(certificate: certificate, key: key)
        clientCAs = try section.texts("clientcas")
        if let mode = try section.text("clientauth"), mode != "require-and-verify-client-cert" {
            throw EngineError(.notImplemented, "configuration: 'http.tls.clientauth: \(mode)' is not supported")
        }
        minimum = try section.text("minimumtls") ?? minimum
        guard minimum == "tls1.2" || minimum == "tls1.3" else {
            throw EngineError(
                .badParameter, "configuration: 'http.tls.minimumtls' is tls1.2 or tls1.3, not '\(minimum)'")
        }
        try section.finish()
    }
}

extension AccessSettings {
    init(_ section: ConfigurationSection) throws(EngineError) {
        try section.refuse("silly", because: "is for tests of clients only, and is not built")
        guard section.keys.count <= 1 else {
            throw EngineError(.badParameter, "configuration: 'auth' has several controllers")
        }
        self = .none
        if let section = try section.section("htpasswd") {
            guard let realm = try section.text("realm"), let path = try section.text("path") else {
                throw EngineError(.badParameter, "configuration: 'auth.htpasswd' needs a realm and a path")
            }
            self = .htpasswd(realm: realm, path: path)
            try section.finish()
        }
        if let section = try section.section("token") {
            guard let realm = try section.text("realm"), let service = try section.text("service"),
                let issuer = try section.text("issuer"), let bundle = try section.text("rootcertbundle")
            else {
                throw EngineError(
                    .badParameter, "configuration: 'auth.token' needs realm, service, issuer and rootcertbundle")
            }
            self = .token(
                TokenSettings(realm: realm, service: service, issuer: issuer, rootCertificates: bundle))
            try section.refuse("jwks", "signingalgorithms", "autoredirect", "autoredirectpath")
            try section.finish()
        }
        try section.finish()
    }
}

extension HealthSettings {
    init(_ section: ConfigurationSection) throws(EngineError) {
        if let section = try section.section("storagedriver") {
            let isEnabled = try section.flag("enabled") ?? false
            var check = Check(target: "storage", threshold: 3)
            try check.read(section)
            storage = isEnabled ? check : nil
        }
        files = try Self.checks(section, "file", target: "file")
        urls = try Self.checks(section, "http", target: "uri")
        sockets = try Self.checks(section, "tcp", target: "addr")
        try section.finish()
    }

    private static func checks(
        _ section: ConfigurationSection, _ key: String, target: String
    ) throws(EngineError) -> [Check] {
        try section.sections(key).map { section throws(EngineError) in
            guard let text = try section.text(target) else {
                throw EngineError(.badParameter, "configuration: '\(section.path)' needs '\(target)'")
            }
            var check = Check(target: text)
            try check.read(section)
            return check
        }
    }
}

extension HealthSettings.Check {
    fileprivate mutating func read(_ section: ConfigurationSection) throws(EngineError) {
        interval = try section.duration("interval") ?? interval
        threshold = try section.integer("threshold", in: 1...1_000_000) ?? threshold
        timeout = try section.duration("timeout") ?? timeout
        status = try section.integer("statuscode", in: 100...599) ?? status
        headers = try section.headers("headers")
        try section.finish()
        guard interval >= .milliseconds(10) else {
            throw EngineError(.badParameter, "configuration: '\(section.name("interval"))' is too short")
        }
    }
}

extension ProxySettings {
    init(_ section: ConfigurationSection) throws(EngineError) {
        guard let url = try section.text("remoteurl"), url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw EngineError(.badParameter, "configuration: 'proxy.remoteurl' has to be an http(s) URL")
        }
        remote = url.hasSuffix("/") ? String(url.dropLast()) : url
        username = try section.text("username") ?? ""
        password = try section.text("password") ?? ""
        if let duration = try section.duration("ttl") { lifetime = duration == .zero ? nil : duration }
        try section.refuse("exec", "cachewritetimeout")
        try section.finish()
    }
}
