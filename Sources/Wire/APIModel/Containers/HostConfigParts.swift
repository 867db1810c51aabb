public import OrderedJSON

public struct LogConfig: Codable, Sendable, Equatable, ZeroValue {
    /// Empty follows the daemon's default.
    @Zero public var type: String
    @Zero public var config: [String: String]

    public init() {}

    enum CodingKeys: String, CodingKey {
        case type = "Type"
        case config = "Config"
    }
}

public struct PortBinding: Codable, Sendable, Equatable, Hashable {
    @Zero public var hostIP: String
    /// Text: empty for any free port, `8000-8010` for a range.
    @Zero public var hostPort: String

    public init(hostIP: String = "", hostPort: String = "") {
        self.hostIP = hostIP
        self.hostPort = hostPort
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.hostIP == right.hostIP && left.hostPort == right.hostPort
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(hostIP)
        hasher.combine(hostPort)
    }

    enum CodingKeys: String, CodingKey {
        case hostIP = "HostIp"
        case hostPort = "HostPort"
    }
}

public struct RestartPolicy: Codable, Sendable, Equatable, ZeroValue {
    /// Empty or `no`, `always`, `unless-stopped`, `on-failure`.
    @Zero public var name: String
    @Zero public var maximumRetryCount: Int

    public init() {}

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case maximumRetryCount = "MaximumRetryCount"
    }
}

public struct WeightDevice: Codable, Sendable, Equatable {
    @Zero public var path: String
    @Zero public var weight: UInt16

    enum CodingKeys: String, CodingKey {
        case path = "Path"
        case weight = "Weight"
    }
}

public struct ThrottleDevice: Codable, Sendable, Equatable {
    @Zero public var path: String
    @Zero public var rate: UInt64

    enum CodingKeys: String, CodingKey {
        case path = "Path"
        case rate = "Rate"
    }
}

public struct DeviceMapping: Codable, Sendable, Equatable {
    @Zero public var pathOnHost: String
    @Zero public var pathInContainer: String
    /// Any of `r`, `w`, `m`.
    @Zero public var cgroupPermissions: String

    public init(pathOnHost: String, pathInContainer: String, cgroupPermissions: String = "rwm") {
        self.pathOnHost = pathOnHost
        self.pathInContainer = pathInContainer
        self.cgroupPermissions = cgroupPermissions
    }

    enum CodingKeys: String, CodingKey {
        case pathOnHost = "PathOnHost"
        case pathInContainer = "PathInContainer"
        case cgroupPermissions = "CgroupPermissions"
    }
}

public struct DeviceRequest: Codable, Sendable, Equatable {
    @Zero public var driver: String
    @Zero public var count: Int
    @Nullable public var deviceIDs: [String]?
    @Nullable public var capabilities: [[String]]?
    @Nullable public var options: [String: String]?

    enum CodingKeys: String, CodingKey {
        case driver = "Driver"
        case count = "Count"
        case deviceIDs = "DeviceIDs"
        case capabilities = "Capabilities"
        case options = "Options"
    }
}

public struct Ulimit: Codable, Sendable, Equatable {
    @Zero public var name: String
    @Zero public var hard: Int64
    @Zero public var soft: Int64

    public init(name: String, soft: Int64, hard: Int64) {
        self.name = name
        self.hard = hard
        self.soft = soft
    }

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case hard = "Hard"
        case soft = "Soft"
    }
}

/// One entry of `HostConfig.Mounts`.
public struct MountRequest: Codable, Sendable, Equatable {
    /// `bind`, `volume`, `tmpfs`, `image`, …
    @Zero public var type: String
    @OmitZero public var source: String
    @Zero public var target: String
    @OmitZero public var readOnly: Bool
    @OmitZero public var consistency: String
    public var bindOptions: BindOptions?
    public var volumeOptions: VolumeOptions?
    public var tmpfsOptions: TmpfsOptions?

    public init() {}

    enum CodingKeys: String, CodingKey {
        case type = "Type"
        case source = "Source"
        case target = "Target"
        case readOnly = "ReadOnly"
        case consistency = "Consistency"
        case bindOptions = "BindOptions"
        case volumeOptions = "VolumeOptions"
        case tmpfsOptions = "TmpfsOptions"
    }

    public struct BindOptions: Codable, Sendable, Equatable {
        @OmitZero public var propagation: String
        @OmitZero public var nonRecursive: Bool
        @OmitZero public var createMountpoint: Bool
        @OmitZero public var readOnlyNonRecursive: Bool
        @OmitZero public var readOnlyForceRecursive: Bool

        public init() {}

        enum CodingKeys: String, CodingKey {
            case propagation = "Propagation"
            case nonRecursive = "NonRecursive"
            case createMountpoint = "CreateMountpoint"
            case readOnlyNonRecursive = "ReadOnlyNonRecursive"
            case readOnlyForceRecursive = "ReadOnlyForceRecursive"
        }
    }

    public struct VolumeOptions: Codable, Sendable, Equatable {
        @OmitZero public var noCopy: Bool
        @OmitZero public var labels: [String: String]
        @OmitZero public var subpath: String
        public var driverConfig: DriverConfig?

        public init() {}

        enum CodingKeys: String, CodingKey {
            case noCopy = "NoCopy"
            case labels = "Labels"
            case subpath = "Subpath"
            case driverConfig = "DriverConfig"
        }
    }

    public struct DriverConfig: Codable, Sendable, Equatable {
        @OmitZero public var name: String
        @OmitZero public var options: [String: String]

        public init() {}

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case options = "Options"
        }
    }

    public struct TmpfsOptions: Codable, Sendable, Equatable {
        @OmitZero public var sizeBytes: Int64
        @OmitZero public var mode: UInt32
        @OmitZero public var options: [[String]]

        public init() {}

        enum CodingKeys: String, CodingKey {
            case sizeBytes = "SizeBytes"
            case mode = "Mode"
            case options = "Options"
        }
    }
}

/// A JSON value of any shape, kept as it came.
public struct AnyJSON: Codable, Sendable, Equatable {
    public var value: JSONValue

    public init(_ value: JSONValue) { self.value = value }
    public init(from decoder: any Decoder) throws { value = try JSONValue(from: decoder) }
    public func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
