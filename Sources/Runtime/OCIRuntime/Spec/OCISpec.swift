/// `config.json` of an OCI bundle (runtime-spec 1.2), Linux parts. Fields have the specification's names and JSON keys;
/// what the JSON may leave out is empty or nil here.
public struct OCISpec: Codable, Hashable, Sendable {
    public var ociVersion: String
    public var process: OCIProcess?
    public var root: OCIRoot?
    @OmittedWhenEmpty public var hostname: String
    @OmittedWhenEmpty public var domainname: String
    @OmittedWhenEmpty public var mounts: [OCIMount]
    @OmittedWhenEmpty public var annotations: [String: String]
    public var linux: OCILinux?

    public init(
        ociVersion: String = OCISpec.version, process: OCIProcess? = nil, root: OCIRoot? = nil, hostname: String = "",
        domainname: String = "", mounts: [OCIMount] = [], annotations: [String: String] = [:], linux: OCILinux? = nil
    ) {
        self.ociVersion = ociVersion
        self.process = process
        self.root = root
        self.hostname = hostname
        self.domainname = domainname
        self.mounts = mounts
        self.annotations = annotations
        self.linux = linux
    }

    /// The version of the specification these structures follow.
    public static let version = "1.2.0"
}

/// The container's root file system (config.md, Root).
public struct OCIRoot: Codable, Hashable, Sendable {
    /// Absolute, or relative to the bundle.
    public var path: String
    @OmittedWhenEmpty public var readonly: Bool

    public init(path: String = "rootfs", readonly: Bool = false) {
        self.path = path
        self.readonly = readonly
    }
}

/// One mount in the container, in the order they are made (config.md, Mounts).
public struct OCIMount: Codable, Hashable, Sendable {
    /// Absolute inside the container.
    public var destination: String
    @OmittedWhenEmpty public var type: String
    @OmittedWhenEmpty public var source: String
    /// As `mount(8)` takes them after `-o`, with `rbind`, `rslave`, `tmpcopyup` and the like.
    @OmittedWhenEmpty public var options: [String]
    /// Id-mapped mounts; empty for none.
    @OmittedWhenEmpty public var uidMappings: [OCIIDMapping]
    @OmittedWhenEmpty public var gidMappings: [OCIIDMapping]

    public init(
        destination: String, type: String = "", source: String = "", options: [String] = [],
        uidMappings: [OCIIDMapping] = [], gidMappings: [OCIIDMapping] = []
    ) {
        self.destination = destination
        self.type = type
        self.source = source
        self.options = options
        self.uidMappings = uidMappings
        self.gidMappings = gidMappings
    }
}
