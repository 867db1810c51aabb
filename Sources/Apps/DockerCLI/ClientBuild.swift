/// What this client says about itself.
enum ClientBuild {
    static let version = "1.7.0"
    static let commit = "martlet"
    static let apiVersion = "1.50"
    static let toolchain = "swift6.3"
    static let line = "Docker version \(version), build \(commit)"

    static var architecture: String {
        #if arch(arm64)
        "arm64"
        #elseif arch(x86_64)
        "amd64"
        #else
        "unknown"
        #endif
    }

    static var system: String {
        #if os(macOS)
        "darwin"
        #elseif os(Windows)
        "windows"
        #else
        "linux"
        #endif
    }
}
