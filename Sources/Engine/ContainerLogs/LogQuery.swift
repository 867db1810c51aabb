public import Primitives

/// Which lines of a container's log a client wants, and how.
public struct LogQuery: Sendable, Hashable {
    /// Lines before this are left out.
    public var since: Timestamp?
    /// Lines after this are left out, and following ends with the first of them.
    public var until: Timestamp?
    /// The last so many lines, of both streams together and before `since` and the streams are looked at, as Docker
    /// counts; nil is all.
    public var tail: Int?
    public var stdout: Bool
    public var stderr: Bool
    /// The time of each line before it, RFC 3339 with nine digits.
    public var timestamps: Bool
    /// The line's attributes (`--log-opt labels`, `env`) before it.
    public var details: Bool
    /// New lines are waited for.
    public var follow: Bool

    public init(
        since: Timestamp? = nil, until: Timestamp? = nil, tail: Int? = nil, stdout: Bool = true, stderr: Bool = true,
        timestamps: Bool = false, details: Bool = false, follow: Bool = false
    ) {
        self.since = since
        self.until = until
        self.tail = tail
        self.stdout = stdout
        self.stderr = stderr
        self.timestamps = timestamps
        self.details = details
        self.follow = follow
    }
}

/// How output is wrapped on its way to the client.
public enum LogFraming: Sendable, Hashable {
    /// Docker's `stdcopy`: stream (1 or 2), three zeros, length in four bytes with the highest first, then the text.
    case multiplexed
    /// For containers with a terminal.
    case raw
}
