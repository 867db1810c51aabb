/// What an image runs on, in Go's names: `linux/amd64`, `linux/arm64/v8`.
public struct Platform: Sendable, Hashable, CustomStringConvertible {
    public var os: String
    public var architecture: String
    public var variant: String?

    public init(os: String, architecture: String, variant: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
    }

    /// Reads `os[/architecture[/variant]]`; what is missing is the host's.
    public init(parsing text: String) throws(EngineError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
        let isValid = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    ReferenceGrammar.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                }
        }
        guard isValid, (1...3).contains(parts.count) else {
            throw EngineError(.badParameter, "invalid platform: \"\(text)\" is an invalid OS component")
        }
        os = parts[0]
        architecture = parts.count > 1 ? Self.architectureAliases[parts[1]] ?? parts[1] : Self.host.architecture
        variant = parts.count > 2 ? parts[2] : nil
    }

    private static let architectureAliases = ["x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386"]

    public var description: String { os + "/" + architecture + (variant.map { "/" + $0 } ?? "") }

    /// Where this program was built for. Containers are always `linux`.
    public static let host = Platform(os: "linux", architecture: hostArchitecture)

    #if arch(x86_64)
    private static let hostArchitecture = "amd64"
    #elseif arch(arm64)
    private static let hostArchitecture = "arm64"
    #elseif arch(i386)
    private static let hostArchitecture = "386"
    #elseif arch(powerpc64le)
    private static let hostArchitecture = "ppc64le"
    #elseif arch(s390x)
    private static let hostArchitecture = "s390x"
    #elseif arch(riscv64)
    private static let hostArchitecture = "riscv64"
    #else
    private static let hostArchitecture = "arm"
    #endif
}
