/// The answer to `GET /version`.
public struct SystemVersion: Codable, Sendable {
    public struct Component: Codable, Sendable {
        public var name: String
        public var version: String
        public var details: [String: String]

        public init(name: String, version: String, details: [String: String]) {
            self.name = name
            self.version = version
            self.details = details
        }

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case version = "Version"
            case details = "Details"
        }
    }

    public struct Platform: Codable, Sendable {
        public var name: String

        public init(name: String) { self.name = name }

        enum CodingKeys: String, CodingKey {
            case name = "Name"
        }
    }

    public var platform: Platform?
    public var components: [Component]?
    public var version: String
    public var apiVersion: String
    public var minAPIVersion: String?
    public var gitCommit: String
    /// Kept for clients that print it: the compiler that built the engine.
    public var goVersion: String
    public var os: String
    public var arch: String
    public var kernelVersion: String
    public var buildTime: String?

    public init(
        platform: Platform? = nil, components: [Component]? = nil, version: String, apiVersion: String,
        minAPIVersion: String? = nil, gitCommit: String, goVersion: String, os: String, arch: String,
        kernelVersion: String, buildTime: String? = nil
    ) {
        self.platform = platform
        self.components = components
        self.version = version
        self.apiVersion = apiVersion
        self.minAPIVersion = minAPIVersion
        self.gitCommit = gitCommit
        self.goVersion = goVersion
        self.os = os
        self.arch = arch
        self.kernelVersion = kernelVersion
        self.buildTime = buildTime
    }

    enum CodingKeys: String, CodingKey {
        case platform = "Platform"
        case components = "Components"
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minAPIVersion = "MinAPIVersion"
        case gitCommit = "GitCommit"
        case goVersion = "GoVersion"
        case os = "Os"
        case arch = "Arch"
        case kernelVersion = "KernelVersion"
        case buildTime = "BuildTime"
    }
}
