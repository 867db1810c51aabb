internal import HostSystem
internal import Primitives
internal import S3Storage

extension S3Settings {
    private static let classes = [
        "NONE", "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "OUTPOSTS",
        "GLACIER_IR", "EXPRESS_ONEZONE",
    ]
    private static let accessLists = [
        "private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read",
        "bucket-owner-full-control",
    ]

    /// Distribution's parameters. `variable`: of the environment, where AWS's tools look for keys too.
    init(
        _ section: ConfigurationSection, variable: (String) -> String? = CurrentProcess.variable
    ) throws(EngineError) {
        guard let bucket = try section.text("bucket"), !bucket.isEmpty else {
            throw EngineError(.badParameter, "configuration: '\(section.name("bucket"))' is missing")
        }
        let endpoint = try section.text("regionendpoint").flatMap { $0.isEmpty ? nil : $0 }
        // Services other than Amazon's take whatever is signed.
        guard let region = try section.text("region") ?? (endpoint == nil ? nil : "us-east-1"), !region.isEmpty else {
            throw EngineError(.badParameter, "configuration: '\(section.name("region"))' is missing")
        }
        guard Self.isName(bucket), Self.isName(region) else {
            throw EngineError(.badParameter, "configuration: '\(section.path)' has a bucket or region that is none")
        }
        self.init(bucket: bucket, region: region, keys: try Self.keys(section, variable))
        self.endpoint = endpoint
        try readWay(section)
        try readObjects(section)
        try readSizes(section)
        try section.refuse("usedualstack", "accelerate", "usefipsendpoint")
        if let level = try section.text("loglevel"), !["off", "false"].contains(level) {
            throw EngineError(.notImplemented, "configuration: '\(section.name("loglevel"))' is not supported")
        }
    }

    private static func keys(
        _ section: ConfigurationSection, _ variable: (String) -> String?
    ) throws(EngineError) -> AccessKeys {
        let (id, secret) = (try section.text("accesskey") ?? "", try section.text("secretkey") ?? "")
        let token = try section.text("sessiontoken")
        if !id.isEmpty, !secret.isEmpty { return AccessKeys(id: id, secret: secret, token: token) }
        guard id.isEmpty, secret.isEmpty, let id = variable("AWS_ACCESS_KEY_ID"),
            let secret = variable("AWS_SECRET_ACCESS_KEY")
        else {
            throw EngineError(
                .badParameter,
                "configuration: '\(section.path)' needs accesskey and secretkey, or AWS_ACCESS_KEY_ID and"
                    + " AWS_SECRET_ACCESS_KEY in the environment; roles of machines are not supported")
        }
        return AccessKeys(id: id, secret: secret, token: variable("AWS_SESSION_TOKEN"))
    }

    private mutating func readWay(_ section: ConfigurationSection) throws(EngineError) {
        usesPathStyle = try section.flag("forcepathstyle")
        isSecure = try section.flag("secure") ?? isSecure
        isVerified = try !(section.flag("skipverify") ?? false)
        if try section.flag("v4auth") == false {
            throw EngineError(
                .notImplemented, "configuration: '\(section.name("v4auth"))' has to be true: requests are signed so")
        }
        if let agent = try section.text("useragent"), !agent.isEmpty {
            guard agent.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else {
                throw EngineError(.badParameter, "configuration: '\(section.name("useragent"))' can't be a header")
            }
            userAgent += " " + agent
        }
    }

    private mutating func readObjects(_ section: ConfigurationSection) throws(EngineError) {
        root = try section.text("rootdirectory") ?? ""
        isEncrypted = try section.flag("encrypt") ?? false
        let key = try section.text("keyid") ?? ""
        encryptionKey = isEncrypted ? key : ""
        let named = try section.text("storageclass")?.uppercased() ?? "STANDARD"
        accessList = try section.text("objectacl") ?? accessList
        guard Self.classes.contains(named), Self.accessLists.contains(accessList),
            encryptionKey.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else {
            throw EngineError(
                .badParameter,
                "configuration: '\(section.path)': storageclass is one of \(Self.classes.joined(separator: ", "));"
                    + " objectacl one of \(Self.accessLists.joined(separator: ", ")); keyid the name of a key")
        }
        storageClass = named == "NONE" ? nil : named
    }

    private mutating func readSizes(_ section: ConfigurationSection) throws(EngineError) {
        chunkSize = try section.integer("chunksize", in: S3Settings.partSizes) ?? chunkSize
        copyChunkSize = try section.integer("multipartcopychunksize", in: S3Settings.partSizes) ?? copyChunkSize
        copyThreshold =
            try section.integer("multipartcopythresholdsize", in: 0...S3Settings.partSizes.upperBound) ?? copyThreshold
        copyConcurrency = try section.integer("multipartcopymaxconcurrency", in: 1...10_000) ?? copyConcurrency
    }

    private static func isName(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"/?#@:%".utf8.contains($0) }
    }
}
