/// What only Linux has (config-linux.md).
public struct OCILinux: Codable, Hashable, Sendable {
    @OmittedWhenEmpty public var uidMappings: [OCIIDMapping]
    @OmittedWhenEmpty public var gidMappings: [OCIIDMapping]
    @OmittedWhenEmpty public var sysctl: [String: String]
    public var resources: OCIResources?
    /// Below each controller's mount point; the runtime chooses when empty.
    @OmittedWhenEmpty public var cgroupsPath: String
    @OmittedWhenEmpty public var namespaces: [OCINamespace]
    @OmittedWhenEmpty public var devices: [OCIDevice]
    public var seccomp: OCISeccomp?
    /// `shared`, `slave`, `private`, `unbindable`; empty is `rslave`'s safe default of the runtime.
    @OmittedWhenEmpty public var rootfsPropagation: String
    @OmittedWhenEmpty public var maskedPaths: [String]
    @OmittedWhenEmpty public var readonlyPaths: [String]
    @OmittedWhenEmpty public var mountLabel: String

    public init(
        uidMappings: [OCIIDMapping] = [], gidMappings: [OCIIDMapping] = [], sysctl: [String: String] = [:],
        resources: OCIResources? = nil, cgroupsPath: String = "", namespaces: [OCINamespace] = [],
        devices: [OCIDevice] = [], seccomp: OCISeccomp? = nil, rootfsPropagation: String = "",
        maskedPaths: [String] = [], readonlyPaths: [String] = [], mountLabel: String = ""
    ) {
        self.uidMappings = uidMappings
        self.gidMappings = gidMappings
        self.sysctl = sysctl
        self.resources = resources
        self.cgroupsPath = cgroupsPath
        self.namespaces = namespaces
        self.devices = devices
        self.seccomp = seccomp
        self.rootfsPropagation = rootfsPropagation
        self.maskedPaths = maskedPaths
        self.readonlyPaths = readonlyPaths
        self.mountLabel = mountLabel
    }
}

/// A run of user or group ids: `size` ids from `containerID` inside are those from `hostID` outside.
public struct OCIIDMapping: Codable, Hashable, Sendable {
    public var containerID: UInt32
    public var hostID: UInt32
    public var size: UInt32

    public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
        self.containerID = containerID
        self.hostID = hostID
        self.size = size
    }
}

/// A namespace to make, or with `path` to join.
public struct OCINamespace: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Hashable, Sendable {
        case pid, network, mount, ipc, uts, user, cgroup, time
    }

    public var type: Kind
    /// A file such as `/proc/7/ns/net`; empty makes a new one.
    @OmittedWhenEmpty public var path: String

    public init(_ type: Kind, path: String = "") {
        self.type = type
        self.path = path
    }
}

/// A device node to make in the container (config-linux.md, Devices).
public struct OCIDevice: Codable, Hashable, Sendable {
    public var path: String
    /// `c`, `u` (same as c), `b` or `p`.
    public var type: String
    public var major: Int64
    public var minor: Int64
    /// Permission bits; 0666 when nil.
    public var fileMode: UInt32?
    public var uid: UInt32?
    public var gid: UInt32?

    public init(
        path: String, type: String, major: Int64 = 0, minor: Int64 = 0, fileMode: UInt32? = nil, uid: UInt32? = nil,
        gid: UInt32? = nil
    ) {
        self.path = path
        self.type = type
        self.major = major
        self.minor = minor
        self.fileMode = fileMode
        self.uid = uid
        self.gid = gid
    }
}
