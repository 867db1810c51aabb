// swift-tools-version:6.2
import PackageDescription

/// The house in one table: planes are folders under `Sources`, targets are promises about what may be imported.
/// Arrows point down only; `make check` verifies the walls (see ARCHITECTURE.md).

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

extension Target.Dependency {
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioTLS = product(name: "NIOTLS", package: "swift-nio")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
    static let logging = product(name: "Logging", package: "swift-log")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
}

func room(_ plane: String, _ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(plane)/\(name)", swiftSettings: settings)
}

func program(
    _ name: String, _ dependencies: [Target.Dependency], linker: [LinkerSetting] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/Executables/\(name)", swiftSettings: settings,
        linkerSettings: linker)
}

/// `exclude`: files that are read where they are.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: dependencies, path: "Tests/\(name)Tests", exclude: exclude,
        swiftSettings: settings)
}

func system(_ name: String, package: String?) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)", pkgConfig: package, providers: [])
}

let targets: [Target] = [
    // System libraries (Debian's -dev packages; see scripts/setup.sh)
    system("CISAL", package: "libisal"),
    system("CZstd", package: "libzstd"),
    system("CLzma", package: "liblzma"),
    system("CBz2", package: nil),
    system("CSeccomp", package: "libseccomp"),
    system("CNftables", package: "libnftables"),
    system("CLibYAML", package: "yaml-0.1"),
    system("CCrypt", package: "libcrypt"),
    system("CXattr", package: nil),

    // Base
    room("Base", "Primitives"),
    room("Base", "OrderedJSON"),
    room("Base", "GoTemplate", ["OrderedJSON"]),
    room("Base", "Flags"),
    room("Base", "HostSystem", ["Primitives", .target(name: "CXattr", condition: .when(platforms: [.linux]))]),
    room("Base", "KeyValueStore", ["Primitives"]),
    room("Base", "YAMLReader", ["OrderedJSON", "CLibYAML"]),

    // Linux
    .target(name: "CLinux", path: "Sources/Linux/CLinux", cSettings: [.define("_GNU_SOURCE")]),
    room("Linux", "LinuxSystem", ["CLinux"]),
    room("Linux", "Cgroups", ["LinuxSystem", "CLinux"]),
    room("Linux", "Netlink", ["Primitives", "LinuxSystem", "CLinux", "CNftables"]),

    // Wire
    room("Wire", "APIModel", ["Primitives", "OrderedJSON"]),
    room("Wire", "TarCodec", ["Primitives"]),
    room("Wire", "ImageModel", ["Primitives", "OrderedJSON"]),
    room("Wire", "Dockerfile", ["Primitives", "OrderedJSON"]),

    // Image
    room("Image", "LayerFS", ["Primitives", "TarCodec", "LinuxSystem", "CISAL", "CZstd", "CLzma", "CBz2"]),
    room("Image", "GraphDrivers", ["Primitives", "LayerFS", "LinuxSystem", "TarCodec"]),
    room(
        "Image", "ImageStore",
        [
            "Primitives", "OrderedJSON", "ImageModel", "GraphDrivers", "LayerFS", "TarCodec", "LinuxSystem", .grdb,
        ]),

    // Runtime
    room("Runtime", "OCIRuntime", ["Primitives", "OrderedJSON", "LinuxSystem", "CLinux", "Cgroups"]),
    room("Runtime", "PortProxy", ["Primitives", "LinuxSystem"]),
    room("Runtime", "SeccompPolicy", ["Primitives", "OrderedJSON", "LinuxSystem", "OCIRuntime", "CSeccomp"]),

    // Network
    room("Network", "NameServer", ["Primitives", "LinuxSystem"]),
    room(
        "Network", "ContainerNetwork",
        ["Primitives", "OrderedJSON", "KeyValueStore", "LinuxSystem", "Netlink", "NameServer", "PortProxy"]),

    // Registry
    room("Registry", "ContentFetch", ["Primitives", "HostSystem", .nioCore, .nioPosix, .nioHTTP1, .asyncHTTPClient]),
    room(
        "Registry", "EtcdStore",
        ["Primitives", "OrderedJSON", "KeyValueStore", .nioCore, .nioPosix, .nioHTTP1, .nioSSL, .asyncHTTPClient]),
    room(
        "Registry", "RegistryStorage",
        ["Primitives", "OrderedJSON", "HostSystem", .nioCore, .crypto]),
    room(
        "Registry", "S3Storage",
        [
            "Primitives", "HostSystem", "RegistryStorage", "ContentFetch", .nioCore, .nioHTTP1, .nioSSL,
            .asyncHTTPClient, .crypto,
        ]),
    room(
        "Registry", "RegistryClient",
        [
            "Primitives", "OrderedJSON", "ImageModel", "HostSystem", "ContentFetch", .crypto, .nioCore, .nioPosix,
            .nioHTTP1,
            .nioSSL, .asyncHTTPClient,
        ]),

    // Engine
    room("Engine", "Volumes", ["Primitives", "OrderedJSON", "APIModel", "LinuxSystem"]),
    room("Engine", "ContainerLogs", ["Primitives", "OrderedJSON", "LinuxSystem"]),
    room("Engine", "LaunchSpec", ["Primitives", "APIModel", "OCIRuntime", "SeccompPolicy", "Cgroups", "LinuxSystem"]),
    room("Engine", "DaemonConfiguration", ["OrderedJSON"]),
    room("Engine", "ImageBuilder", ["Primitives", "OrderedJSON", "APIModel", "Dockerfile"]),
    room(
        "Engine", "Engine",
        [
            "Primitives", "OrderedJSON", "APIModel", "ImageModel", "ImageStore", "GraphDrivers", "LayerFS",
            "TarCodec", "Dockerfile", "OCIRuntime",
            "Cgroups", "SeccompPolicy", "ContentFetch", "RegistryClient", "LaunchSpec", "ContainerNetwork",
            "ContainerLogs", "Volumes",
            "LinuxSystem",
            "DaemonConfiguration", "ImageBuilder", .grdb, .logging,
        ]),

    // Remote
    room("Remote", "ChannelGlue", [.nioCore]),
    room("Remote", "TLSTunnel", ["Primitives", "HostSystem", "ChannelGlue", .nioCore, .nioPosix, .nioTLS, .nioSSL]),
    room(
        "Remote", "HTTPServer",
        [
            "Primitives", "ChannelGlue", .nioCore, .nioPosix, .nioHTTP1, .nioSSL, .logging,
        ]),
    room(
        "Remote", "RemoteAPI",
        [
            "Primitives", "OrderedJSON", "APIModel", "HTTPServer", "HostSystem", .nioCore, .nioHTTP1, .logging,
        ]),
    room(
        "Remote", "EngineClient",
        [
            "Primitives", "OrderedJSON", "APIModel", "HostSystem", "TLSTunnel",
        ]),

    room("Remote", "ClientProfile", ["Primitives", "OrderedJSON", "HostSystem"]),

    room(
        "Remote", "Daemon",
        [
            "Engine", "DaemonConfiguration", "ContainerNetwork", "EtcdStore", "RemoteAPI", "HTTPServer", "APIModel",
            "Primitives", "LinuxSystem", "HostSystem", .nioSSL, .logging,
        ]),

    // Apps
    room(
        "Apps", "DockerCLI",
        [
            "Primitives", "OrderedJSON", "GoTemplate", "Flags", "HostSystem", "APIModel", "Dockerfile", "TarCodec",
            "EngineClient", "TLSTunnel", "ClientProfile",
        ]),
    room(
        "Apps", "RegistryServer",
        [
            "Primitives", "OrderedJSON", "YAMLReader", "Flags", "HostSystem", "RegistryStorage", "S3Storage",
            "RegistryClient", "ImageModel", "HTTPServer", "CCrypt", .nioCore, .nioPosix, .nioHTTP1, .nioSSL,
            .asyncHTTPClient, .logging, .crypto, .cryptoExtras,
        ]),

    // Executables: wiring only
    program("martlet", ["DockerCLI", "HostSystem"]),
    program("martletd", ["Daemon", "Engine", "DaemonConfiguration", "LinuxSystem"]),
    program(
        "martlet-shim", ["OCIRuntime", "PortProxy", "Cgroups", "LinuxSystem", "CLinux", "OrderedJSON", "Primitives"],
        linker: [.unsafeFlags(["-static-executable"])]),
    program("martlet-registry", ["RegistryServer", "HostSystem"]),
    program("hello", [], linker: [.unsafeFlags(["-static-executable"])]),

    // Tests
    tests("Primitives", ["Primitives"], exclude: ["Corpus"]),
    tests("OrderedJSON", ["OrderedJSON"]),
    tests("APIModel", ["APIModel", "OrderedJSON", "Primitives"]),
    tests("GoTemplate", ["GoTemplate", "OrderedJSON"]),
    tests("Flags", ["Flags"]),
    tests("HostSystem", ["HostSystem", "Primitives"]),
    tests("ChannelGlue", ["ChannelGlue", .nioCore, .nioEmbedded]),
    tests("HTTPServer", ["HTTPServer", .nioCore, .nioEmbedded]),
    tests("RemoteAPI", ["RemoteAPI", "HTTPServer", "APIModel", "OrderedJSON", "Primitives", .nioCore]),
    tests("EngineClient", ["EngineClient", "HostSystem", "APIModel", "OrderedJSON", "Primitives"]),
    tests("ClientProfile", ["ClientProfile", "HostSystem", "OrderedJSON", "Primitives"]),
    tests(
        "DockerCLI",
        [
            "DockerCLI", "DaemonConfiguration", "EngineClient", "HostSystem", "APIModel", "Dockerfile", "TarCodec",
            "Flags",
            "OrderedJSON", "Primitives", "ClientProfile",
        ], exclude: ["Golden"]),
    tests("DaemonConfiguration", ["DaemonConfiguration"]),
    tests("LinuxSystem", ["LinuxSystem", "CLinux"]),
    tests("Cgroups", ["Cgroups", "LinuxSystem"]),
    tests("Netlink", ["Netlink", "LinuxSystem", "Primitives"]),
    tests("TarCodec", ["TarCodec"], exclude: ["Corpus"]),
    tests("ImageModel", ["ImageModel", "OrderedJSON", "Primitives"]),
    tests("Dockerfile", ["Dockerfile", "HostSystem", "Primitives"], exclude: ["Corpus"]),
    tests("LayerFS", ["LayerFS", "TarCodec", "LinuxSystem", "Primitives"]),
    tests("GraphDrivers", ["GraphDrivers", "LayerFS", "TarCodec", "LinuxSystem", "Primitives"]),
    tests(
        "ImageStore",
        ["ImageStore", "ImageModel", "GraphDrivers", "LayerFS", "LinuxSystem", "OrderedJSON", "Primitives", .grdb]),
    tests("OCIRuntime", ["OCIRuntime", "Cgroups", "LinuxSystem", "OrderedJSON", "Primitives"]),
    tests("PortProxy", ["PortProxy", "LinuxSystem", "Primitives"]),
    tests("SeccompPolicy", ["SeccompPolicy", "OCIRuntime", "OrderedJSON", "Primitives"]),
    tests("NameServer", ["NameServer", "LinuxSystem", "Primitives"]),
    tests("ContainerNetwork", ["ContainerNetwork", "KeyValueStore", "Netlink", "LinuxSystem", "Primitives"]),
    tests("Volumes", ["Volumes", "APIModel", "LinuxSystem", "Primitives"]),
    tests("ContainerLogs", ["ContainerLogs", "LinuxSystem", "Primitives"]),
    tests("LaunchSpec", ["LaunchSpec", "APIModel", "OCIRuntime", "LinuxSystem", "OrderedJSON", "Primitives"]),
    tests("ImageBuilder", ["ImageBuilder", "APIModel", "Dockerfile", "Primitives"]),
    tests("ContentFetch", ["ContentFetch", "Primitives"]),
    tests("EtcdStore", ["EtcdStore", "KeyValueStore", "OrderedJSON", "Primitives"]),
    tests("YAMLReader", ["YAMLReader", "OrderedJSON"]),
    tests(
        "RegistryClient", ["RegistryClient", "ImageModel", "OrderedJSON", "Primitives", .nioHTTP1],
        exclude: ["Corpus"]),
    tests("RegistryStorage", ["RegistryStorage", "S3Storage", "HostSystem", "OrderedJSON", "Primitives", .nioCore]),
    tests("S3Storage", ["S3Storage", "Primitives", .nioCore]),
    tests(
        "RegistryServer",
        ["RegistryServer", "RegistryStorage", "S3Storage", "OrderedJSON", "Primitives", .nioCore, .crypto]),
    tests(
        "Engine",
        [
            "Engine", "APIModel", "Cgroups", "ContentFetch", "Dockerfile", "LayerFS", "TarCodec", "LinuxSystem",
            "Primitives", "OrderedJSON", .logging,
        ]),
]

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        // What nio-extras, below async-http-client, brings anyway.
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
