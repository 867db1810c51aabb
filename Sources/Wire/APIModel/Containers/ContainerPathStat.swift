public import Primitives

/// What a path in a container is: the JSON in the header `X-Docker-Container-Path-Stat`.
public struct ContainerPathStat: Codable, Sendable, Equatable {
    /// The path's last part; `.` and `/` for themselves.
    public var name: String
    /// Bytes.
    public var size: Int64
    public var mode: FileMode
    /// RFC 3339.
    public var mtime: String
    /// Where a symbolic link leads in the end, absolute; empty for all else.
    public var linkTarget: String

    public init(name: String, size: Int64, mode: FileMode, mtime: Timestamp, linkTarget: String) {
        self.name = name
        self.size = size
        self.mode = mode
        self.mtime = mtime.description
        self.linkTarget = linkTarget
    }

    /// The header's name.
    public static let header = "X-Docker-Container-Path-Stat"

    /// Kind and permissions as a number of Go's `fs.FileMode`.
    public struct FileMode: OptionSet, Codable, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let directory = FileMode(rawValue: 1 << 31)
        public static let symbolicLink = FileMode(rawValue: 1 << 27)
        public static let device = FileMode(rawValue: 1 << 26)
        public static let namedPipe = FileMode(rawValue: 1 << 25)
        public static let socket = FileMode(rawValue: 1 << 24)
        public static let setUserID = FileMode(rawValue: 1 << 23)
        public static let setGroupID = FileMode(rawValue: 1 << 22)
        public static let characterDevice = FileMode(rawValue: 1 << 21)
        public static let sticky = FileMode(rawValue: 1 << 20)
        public static let irregular = FileMode(rawValue: 1 << 19)

        /// Permission bits with set-user-id, set-group-id and sticky as `stat(2)` has them.
        public init(permissions: UInt32) {
            self.init(rawValue: permissions & 0o777)
            if permissions & 0o4000 != 0 { insert(.setUserID) }
            if permissions & 0o2000 != 0 { insert(.setGroupID) }
            if permissions & 0o1000 != 0 { insert(.sticky) }
        }
    }
}

/// What `PUT /containers/{id}/archive` asks for beside the archive.
public struct ExtractOptions: Sendable {
    /// A directory in the container.
    public var path: String
    /// A directory takes no other's place, and no other takes a directory's.
    public var keepsKinds: Bool
    /// All files become those of the container's user.
    public var ownedByUser: Bool

    public init(path: String, keepsKinds: Bool = false, ownedByUser: Bool = false) {
        self.path = path
        self.keepsKinds = keepsKinds
        self.ownedByUser = ownedByUser
    }
}
