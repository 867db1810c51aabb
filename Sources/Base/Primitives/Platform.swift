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

    /// Reads `os[/architecture[/variant]]`, or an architecture alone; what is missing is the host's. Errors: `badParameter` in
    /// containerd's words, which are Docker's.
    public init(parsing text: String) throws(EngineError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
        let isValid = parts.allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    ReferenceGrammar.isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
                }
        }
        guard isValid else {
            throw EngineError(.badParameter, "invalid platform: \"\(text)\" is an invalid OS component")
        }
        guard parts.count <= 3 else {
            throw EngineError(.badParameter, "\"\(text)\": cannot parse platform specifier: invalid argument")
        }
        guard parts.count == 1 else {
            (os, architecture) = (parts[0], Self.architecture(parts[1]))
            variant = parts.count > 2 ? parts[2] : nil
            return
        }
        let isSystem = Self.systems.contains(parts[0])
        guard isSystem || Self.architectures.contains(Self.architecture(parts[0])) else {
            throw EngineError(
                .badParameter, "\"\(text)\": unknown operating system or architecture: invalid argument")
        }
        os = isSystem ? parts[0] : Self.host.os
        architecture = isSystem ? Self.host.architecture : Self.architecture(parts[0])
        variant = nil
    }

    /// Whether what is for this platform may be taken for `wanted`. What is asked without a variant takes any; a variant that
    /// is not said is the one that containerd takes it for.
    public func serves(_ wanted: Platform) -> Bool {
        os == wanted.os && architecture == wanted.architecture
            && (wanted.variant == nil || knownVariant == wanted.knownVariant)
    }

    private var knownVariant: String? { variant ?? Self.usualVariants[architecture] }

    private static let usualVariants = ["amd64": "v1", "arm": "v7", "arm64": "v8"]

    private static func architecture(_ name: String) -> String { architectureAliases[name] ?? name }

    // Go's: `go tool dist list`, and those that it once had.
    private static let systems: Set<String> = [
        "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
        "openbsd", "plan9", "solaris", "windows", "zos",
    ]
    private static let architectures: Set<String> = [
        "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64",
        "mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc",
        "sparc64", "wasm",
    ]

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
