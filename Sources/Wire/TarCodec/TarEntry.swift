/// One file of an archive, without its content. Names are bytes: archives hold what a file system held.
public struct TarEntry: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case file
        case hardLink
        case symbolicLink
        case characterDevice
        case blockDevice
        case directory
        case fifo
        /// A type flag that this codec has no name for.
        case other(UInt8)
    }

    public var kind: Kind
    /// As stored: a directory may end in `/`, and it may be absolute or hold `..`. Never empty bytes with NUL.
    public var name: [UInt8]
    /// Target of a symbolic link, or the archive name that a hard link refers to.
    public var linkName: [UInt8]
    /// Permission bits with set-user-id, set-group-id and sticky (0 … 0o7777).
    public var mode: UInt32
    public var uid: Int64
    public var gid: Int64
    /// Bytes of content once unpacked, holes included. 0 for all but files.
    public var size: Int64
    public var modified: TarTime
    public var userName: [UInt8]
    public var groupName: [UInt8]
    public var deviceMajor: Int64
    public var deviceMinor: Int64
    /// Extended attributes (`SCHILY.xattr.*`), sorted by name when read.
    public var attributes: [TarAttribute]
    /// Where a sparse file has data; nil for a file without holes.
    public var sparse: [TarSparseRange]?

    public init(
        kind: Kind, name: [UInt8], linkName: [UInt8] = [], mode: UInt32 = 0o644, uid: Int64 = 0, gid: Int64 = 0,
        size: Int64 = 0, modified: TarTime = TarTime(seconds: 0), userName: [UInt8] = [], groupName: [UInt8] = [],
        deviceMajor: Int64 = 0, deviceMinor: Int64 = 0, attributes: [TarAttribute] = [],
        sparse: [TarSparseRange]? = nil
    ) {
        self.kind = kind
        self.name = name
        self.linkName = linkName
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.modified = modified
        self.userName = userName
        self.groupName = groupName
        self.deviceMajor = deviceMajor
        self.deviceMinor = deviceMinor
        self.attributes = attributes
        self.sparse = sparse
    }

    /// For messages: what is not UTF-8 is repaired.
    public var displayName: String { String(decoding: name, as: UTF8.self) }
    /// For messages: what is not UTF-8 is repaired.
    public var displayLinkName: String { String(decoding: linkName, as: UTF8.self) }
}

/// Seconds and nanoseconds since 1970; the nanoseconds count forward, also before 1970.
public struct TarTime: Sendable, Hashable {
    public var seconds: Int64
    /// 0 … 999,999,999
    public var nanoseconds: Int32

    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }
}

public struct TarAttribute: Sendable, Hashable {
    public var name: [UInt8]
    public var value: [UInt8]

    public init(name: [UInt8], value: [UInt8]) {
        self.name = name
        self.value = value
    }
}

/// Bytes of data in a sparse file.
public struct TarSparseRange: Sendable, Hashable {
    public var offset: Int64
    public var length: Int64

    public init(offset: Int64, length: Int64) {
        self.offset = offset
        self.length = length
    }
}

/// What an archive may make its reader hold or do.
public struct TarLimits: Sendable, Hashable {
    /// Bytes of one pax header, long name or sparse map. Go's reader stops at the same size.
    public var specialBytes = 1 << 20
    /// Bytes of a name or link target.
    public var pathBytes = 8192
    public var entries = 20_000_000

    public init() {}
}
