/// Flags of `open(2)`; close-on-exec is always added.
public struct FileOpenFlags: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let readOnly = FileOpenFlags([])
    public static let writeOnly = FileOpenFlags(rawValue: 0o1)
    public static let readWrite = FileOpenFlags(rawValue: 0o2)
    public static let create = FileOpenFlags(rawValue: 0o100)
    public static let exclusive = FileOpenFlags(rawValue: 0o200)
    public static let truncate = FileOpenFlags(rawValue: 0o1000)
    public static let append = FileOpenFlags(rawValue: 0o2000)
    public static let nonBlocking = FileOpenFlags(rawValue: 0o4000)
    #if arch(arm64)
    public static let directory = FileOpenFlags(rawValue: 0o40000)
    public static let noFollow = FileOpenFlags(rawValue: 0o100000)
    #else
    public static let directory = FileOpenFlags(rawValue: 0o200000)
    public static let noFollow = FileOpenFlags(rawValue: 0o400000)
    #endif
    /// `O_TMPFILE`: a file in a directory, without a name.
    public static let temporary = FileOpenFlags(rawValue: 0o20000000 | directory.rawValue)
    /// `O_PATH`: a name for the place, without opening the file.
    public static let path = FileOpenFlags(rawValue: 0o10000000)
}

/// How `openat2(2)` may walk a path.
public struct ResolveFlags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let noMountCrossing = ResolveFlags(rawValue: 0x01)
    public static let noMagicLinks = ResolveFlags(rawValue: 0x02)
    public static let noSymbolicLinks = ResolveFlags(rawValue: 0x04)
    /// Leaving the directory is an error (EXDEV).
    public static let beneath = ResolveFlags(rawValue: 0x08)
    /// The directory is the root: `..` stops there and absolute links start there.
    public static let inRoot = ResolveFlags(rawValue: 0x10)
}

/// Seconds and nanoseconds since 1970.
public struct FileTime: Sendable, Hashable, Comparable {
    public var seconds: Int64
    public var nanoseconds: Int64

    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// `UTIME_OMIT`: leave as it is.
    public static let unchanged = FileTime(seconds: 0, nanoseconds: (1 << 30) - 2)
    /// `UTIME_NOW`.
    public static let now = FileTime(seconds: 0, nanoseconds: (1 << 30) - 1)

    public static func < (left: FileTime, right: FileTime) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
}
