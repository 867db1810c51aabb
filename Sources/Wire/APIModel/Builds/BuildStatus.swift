/// What has happened in a build since the last one of these: vertexes are its steps, each with a digest of its own.
///
/// The object that `buildx build --progress rawjson` prints (BuildKit: client/graph.go, `SolveStatus`). Times are RFC 3339.
public struct BuildStatus: Codable, Sendable {
    @OmitZero public var vertexes: [BuildVertex]
    @OmitZero public var statuses: [BuildVertexStatus]
    @OmitZero public var logs: [BuildVertexLog]
    @OmitZero public var warnings: [BuildVertexWarning]

    /// The id of the messages that carry it.
    public static let messageID = "martlet.build.status"

    public init() {}

    public var isEmpty: Bool { vertexes.isEmpty && statuses.isEmpty && logs.isEmpty && warnings.isEmpty }
}

/// A step. It is sent again when it starts and when it ends, and the last one counts.
public struct BuildVertex: Codable, Sendable, Equatable {
    @OmitZero public var digest: String
    /// Digests of the steps it waits for.
    @OmitZero public var inputs: [String]
    /// `[stage 2/5] RUN make`; in front of what is not of a stage stands `[internal]`.
    @OmitZero public var name: String
    public var started: String?
    public var completed: String?
    @OmitZero public var cached: Bool
    @OmitZero public var error: String

    public init(digest: String, inputs: [String] = [], name: String) {
        self.digest = digest
        self.inputs = inputs
        self.name = name
    }
}

/// How far a part of a step is: a layer that is pulled, a file that is fetched.
public struct BuildVertexStatus: Codable, Sendable, Equatable {
    public var id: String
    @OmitZero public var vertex: String
    @OmitZero public var name: String
    /// 0 when nobody knows the end.
    @OmitZero public var total: Int64
    @Zero public var current: Int64
    @OmitZero public var timestamp: String
    public var started: String?
    public var completed: String?

    public init(id: String, vertex: String, name: String = "", current: Int64 = 0, total: Int64 = 0) {
        self.id = id
        self.vertex = vertex
        self.name = name
        self.total = total
        self.current = current
    }
}

/// What a step printed.
public struct BuildVertexLog: Codable, Sendable, Equatable {
    @OmitZero public var vertex: String
    /// 1 is output, 2 errors.
    @OmitZero public var stream: Int
    /// In base 64.
    public var data: String
    public var timestamp: String

    public init(vertex: String, stream: Int, data: String, timestamp: String) {
        self.vertex = vertex
        self.stream = stream
        self.data = data
        self.timestamp = timestamp
    }
}

public struct BuildVertexWarning: Codable, Sendable, Equatable {
    @OmitZero public var vertex: String
    @OmitZero public var level: Int
    /// In base 64, as are the lines of `detail`.
    @OmitZero public var short: String
    @OmitZero public var detail: [String]
    @OmitZero public var url: String

    public init(vertex: String, short: String, detail: [String] = [], level: Int = 1, url: String = "") {
        self.vertex = vertex
        self.level = level
        self.short = short
        self.detail = detail
        self.url = url
    }
}
