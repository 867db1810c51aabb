public import Primitives

/// The calls about the engine itself.
public protocol SystemBackend: Sendable {
    func info() async throws(EngineError) -> SystemInfo
    func version() async throws(EngineError) -> SystemVersion
    /// What takes how much room (costs time).
    func diskUsage(_ kinds: Set<DiskUsage.Kind>) async throws(EngineError) -> DiskUsage
    /// Looks at everything that is kept on disk (costs time); reports each object.
    func checkStore(_ report: @escaping @Sendable (CheckedObject) -> Void) async throws(EngineError)
    /// Subscribed when it returns. Past events since `since` come first; it ends at `until`.
    func events(_ query: EventQuery) async throws(EngineError) -> AsyncStream<EventMessage>
    /// Answers without taking any lock.
    var isSwarmActive: Bool { get }
}

public struct EventQuery: Sendable {
    /// Nanoseconds since 1970.
    public var since: Int64?
    public var until: Int64?
    public var filters: Filters

    public init(since: Int64? = nil, until: Int64? = nil, filters: Filters = Filters()) {
        self.since = since
        self.until = until
        self.filters = filters
    }
}

/// Everything a router serves.
public typealias EngineBackend = BuildBackend & ContainerBackend & ExecBackend & ImageBackend & NetworkBackend
    & ServiceBackend & SystemBackend & VolumeBackend
