internal import Logging
internal import Primitives
internal import RegistryStorage
internal import S3Storage

/// What a server runs with: distribution's `config.yml`, read.
struct RegistryConfiguration: Sendable {
    var log = LogSettings()
    var storage = StorageSettings()
    var http = HTTPSettings()
    var access = AccessSettings.none
    var endpoints: [EventEndpoint.Settings] = []
    var health = HealthSettings()
    var proxy: ProxySettings?
    var catalogLimit = 1000
    /// Keys that were given and change nothing here, by their whole names: the log tells of them at the start.
    var withoutEffect: [String] = []
}

struct LogSettings: Sendable {
    var level = Logger.Level.info
    var format = RegistryLogger.Format.text
    /// For every line.
    var fields: [(String, String)] = []
    var logsAccess = true
}

struct StorageSettings: Sendable {
    enum Driver: Sendable {
        case filesystem(root: String)
        case inMemory
        case s3(S3Settings)
    }

    /// How uploads that nobody goes on with are taken away.
    struct Purging: Sendable {
        var isEnabled = true
        var age = Duration.seconds(168 * 3600)
        var interval = Duration.seconds(24 * 3600)
        var isDryRun = false
    }

    var driver = Driver.filesystem(root: "/var/lib/registry")
    var cachesManifests = true
    var allowsDeletes = false
    var isReadOnly = false
    /// Sends clients for blobs to the storage, where it can answer them itself.
    var redirects = true
    var purging = Purging()
    var withoutEffect: [String] = []
}

struct HTTPSettings: Sendable {
    struct TLS: Sendable {
        var certificate: String
        var key: String
        var clientCAs: [String] = []
        /// `tls1.2` or `tls1.3`.
        var minimum = "tls1.2"
    }

    var address = ":5000"
    var isUnixSocket = false
    var tls: TLS?
    var debugAddress: String?
    /// Where the debug server shows metrics; nil for nowhere.
    var metricsPath: String?
    var drainTimeout = Duration.seconds(5)
    var api = APISettings()
}

enum AccessSettings: Sendable {
    case none
    case htpasswd(realm: String, path: String)
    case token(TokenSettings)
}

struct TokenSettings: Sendable {
    var realm: String
    var service: String
    var issuer: String
    /// A file of PEM certificates whose keys sign tokens.
    var rootCertificates: String
}

struct HealthSettings: Sendable {
    struct Check: Sendable {
        /// A path, a URL or `host:port`.
        var target: String
        var interval = Duration.seconds(10)
        var threshold = 1
        var timeout = Duration.seconds(1)
        var status = 200
        var headers: [(String, String)] = []
    }

    var storage: Check? = Check(target: "storage", threshold: 3)
    /// Fail while the file is there.
    var files: [Check] = []
    var urls: [Check] = []
    var sockets: [Check] = []
}

struct ProxySettings: Sendable {
    var remote: String
    var username = ""
    var password = ""
    /// How long what was fetched is kept; nil for ever.
    var lifetime: Duration? = .seconds(168 * 3600)
}
