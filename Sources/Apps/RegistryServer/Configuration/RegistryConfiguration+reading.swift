internal import Logging
internal import OrderedJSON
internal import Primitives
internal import RegistryStorage
internal import S3Storage
internal import YAMLReader

extension RegistryConfiguration {
    /// Reads distribution's `config.yml`, `environment` over it: `REGISTRY_HTTP_ADDR=:80` is `http.addr`.
    ///
    /// Nil is no file: then the defaults hold. Errors: `badParameter` for what is wrong or unknown and for a file without a
    /// storage, `notImplemented` for what is known and not built.
    static func read(
        file text: String?, environment: [String: String] = [:]
    ) throws(EngineError) -> RegistryConfiguration {
        let tree = try tree(text ?? "", environment)
        guard text == nil || StorageSettings.namesDriver(tree["storage"]) else {
            throw EngineError(.badParameter, "configuration: no storage configuration provided")
        }
        return try RegistryConfiguration(ConfigurationSection(tree))
    }

    /// Text whose storage may be the default one.
    static func read(_ text: String, environment: [String: String] = [:]) throws(EngineError) -> RegistryConfiguration {
        try RegistryConfiguration(ConfigurationSection(try tree(text, environment)))
    }

    private static func tree(_ text: String, _ environment: [String: String]) throws(EngineError) -> JSONValue {
        var tree: JSONValue
        do {
            tree = try YAMLReader.read(text)
            if tree == .null { tree = [:] }
            try Self.override(&tree, environment)
            // `storage: inmemory` names a driver without parameters.
            if let name = tree["storage"]?.stringValue { tree["storage"] = .object(JSONObject([(name, .null)])) }
            return tree
        } catch {
            throw EngineError(.badParameter, "configuration: \(error.message)")
        }
    }

    private init(_ root: ConfigurationSection) throws(EngineError) {
        if let version = try root.text("version"), version != "0.1" {
            throw EngineError(.badParameter, "configuration: version '\(version)' is unknown; it has to be 0.1")
        }
        if let section = try root.section("log") { log = try LogSettings(section) }
        if let section = try root.section("storage") { storage = try StorageSettings(section) }
        withoutEffect = storage.withoutEffect
        if let section = try root.section("http") { http = try HTTPSettings(section) }
        http.api.allowsDeletes = storage.allowsDeletes
        http.api.isReadOnly = storage.isReadOnly
        http.api.redirects = storage.redirects
        if let section = try root.section("auth") { access = try AccessSettings(section) }
        if let section = try root.section("notifications") {
            endpoints = try section.sections("endpoints").map { section throws(EngineError) in
                try EventEndpoint.Settings(section)
            }.compactMap(\.self)
            if let events = try section.section("events") {
                try events.refuse("includereferences")
                try events.finish()
            }
            try section.finish()
        }
        if let section = try root.section("health") { health = try HealthSettings(section) }
        if let section = try root.section("proxy"), !section.keys.isEmpty {
            proxy = try ProxySettings(section)
            guard !storage.isReadOnly else {
                throw EngineError(.badParameter, "configuration: 'proxy' needs a storage that is not read-only")
            }
        }
        if let section = try root.section("catalog") {
            catalogLimit = try section.integer("maxentries", in: 1...1_000_000) ?? catalogLimit
            try section.finish()
        }
        http.api.catalogLimit = catalogLimit
        try root.refuse("loglevel", because: "is 'log.level' now")
        try root.refuse("middleware", "reporting", "redis", "policy")
        if let section = try root.section("validation") {
            if try section.flag("disabled") != true, !section.keys.isEmpty {
                throw EngineError(.notImplemented, "configuration: 'validation' is not supported")
            }
        }
        if let section = try root.section("compatibility") {
            if let schema = try section.section("schema1") {
                try schema.refuse("enabled", because: "is not supported: there are no manifests of schema 1")
                if schema.value("signingkeyfile") != nil { withoutEffect.append(schema.name("signingkeyfile")) }
                try schema.finish()
            }
            try section.finish()
        }
        try root.finish()
    }
}

extension LogSettings {
    init(_ section: ConfigurationSection) throws(EngineError) {
        if let text = try section.text("level") {
            let names: [String: Logger.Level] = [
                "error": .error, "warn": .warning, "info": .info, "debug": .debug,
            ]
            guard let named = names[text] else {
                throw EngineError(
                    .badParameter, "configuration: 'log.level' is error, warn, info or debug, not '\(text)'")
            }
            level = named
        }
        if let text = try section.text("formatter") {
            guard let named = RegistryLogger.Format(rawValue: text) else {
                throw EngineError(
                    .badParameter, "configuration: 'log.formatter' is text, json or logstash, not '\(text)'")
            }
            format = named
        }
        if let section = try section.section("fields") {
            for key in section.keys { fields.append((key, try section.text(key) ?? "")) }
        }
        if let section = try section.section("accesslog") {
            logsAccess = try !(section.flag("disabled") ?? false)
            try section.finish()
        }
        try section.refuse("hooks", "reportcaller")
        try section.finish()
    }
}

extension StorageSettings {
    private static let options = ["cache", "delete", "maintenance", "redirect", "tag"]

    fileprivate static func namesDriver(_ storage: JSONValue?) -> Bool {
        storage?.objectValue?.keys.contains { !options.contains($0) } ?? false
    }

    init(_ section: ConfigurationSection) throws(EngineError) {
        let drivers = section.keys.filter { !Self.options.contains($0) }
        guard drivers.count <= 1 else {
            throw EngineError(
                .badParameter, "configuration: 'storage' has several drivers: \(drivers.joined(separator: ", "))")
        }
        if let name = drivers.first, let section = try section.section(name) {
            // Threads are the server's own.
            if name == "filesystem", try section.integer("maxthreads", in: 1...1_000_000) != nil {
                withoutEffect.append(section.name("maxthreads"))
            }
            driver = try Self.driver(name, section)
            try section.finish()
        }
        cachesManifests = false
        if let cache = try section.section("cache") {
            // `layerinfo` is the name that 2.0 had for it.
            let older = try cache.text("layerinfo")
            let kind = try cache.text("blobdescriptor") ?? older ?? ""
            guard kind == "" || kind == "inmemory" else {
                throw EngineError(
                    .notImplemented, "configuration: 'storage.cache.blobdescriptor: \(kind)' is not supported")
            }
            cachesManifests = kind == "inmemory"
            try cache.refuse("blobdescriptorsize")
            try cache.finish()
        }
        if let section = try section.section("delete") {
            allowsDeletes = try section.flag("enabled") ?? false
            try section.finish()
        }
        if let section = try section.section("redirect") {
            redirects = try !(section.flag("disable") ?? false)
            try section.finish()
        }
        try section.refuse("tag")
        if let section = try section.section("maintenance") { try readMaintenance(section) }
        try section.finish()
    }

    private static func driver(_ name: String, _ section: ConfigurationSection) throws(EngineError) -> Driver {
        switch name {
        case "filesystem": return .filesystem(root: try section.text("rootdirectory") ?? "/var/lib/registry")
        case "inmemory": return .inMemory
        case "s3", "s3aws": return .s3(try S3Settings(section))
        case "azure", "gcs", "oss", "swift", "rados", "ipc":
            throw EngineError(.notImplemented, "configuration: the storage driver '\(name)' is not supported")
        default: throw EngineError(.badParameter, "configuration: the storage driver '\(name)' is unknown")
        }
    }

    private mutating func readMaintenance(_ section: ConfigurationSection) throws(EngineError) {
        if let section = try section.section("uploadpurging") {
            purging.isEnabled = try section.flag("enabled") ?? purging.isEnabled
            purging.age = try section.duration("age") ?? purging.age
            purging.interval = try section.duration("interval") ?? purging.interval
            purging.isDryRun = try section.flag("dryrun") ?? purging.isDryRun
            guard purging.interval >= .milliseconds(100) else {
                throw EngineError(.badParameter, "configuration: '\(section.name("interval"))' is too short")
            }
            try section.finish()
        }
        if let section = try section.section("readonly") {
            isReadOnly = try section.flag("enabled") ?? false
            try section.finish()
        }
        try section.finish()
    }
}

extension EventEndpoint.Settings {
    /// Nil for one that is disabled.
    fileprivate init?(_ section: ConfigurationSection) throws(EngineError) {
        let isDisabled = try section.flag("disabled") ?? false
        guard let name = try section.text("name"), let url = try section.text("url"),
            url.hasPrefix("http://") || url.hasPrefix("https://")
        else { throw EngineError(.badParameter, "configuration: '\(section.path)' needs a name and an http(s) url") }
        self.init(name: name, url: url)
        headers = try section.headers("headers")
        timeout = try section.duration("timeout") ?? timeout
        threshold = try section.integer("threshold", in: 0...1_000_000) ?? threshold
        backoff = try section.duration("backoff") ?? backoff
        ignoredMediaTypes = Set(try section.texts("ignoredmediatypes"))
        if let ignore = try section.section("ignore") {
            ignoredMediaTypes.formUnion(try ignore.texts("mediatypes"))
            ignoredActions = Set(try ignore.texts("actions"))
            try ignore.finish()
        }
        try section.finish()
        if isDisabled { return nil }
    }
}
