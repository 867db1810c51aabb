public import Primitives

/// The image calls of the Remote API.
public protocol ImageBackend: Sendable {
    func listImages(_ query: ImageQuery) async throws(EngineError) -> [ImageSummary]
    func inspectImage(_ name: String) async throws(EngineError) -> ImageInspect
    /// Errors: `notFound` for an image that is here, but for another platform.
    func checkImage(_ name: String, isFor platform: Platform) async throws(EngineError)
    func imageHistory(_ name: String) async throws(EngineError) -> [ImageHistoryItem]
    func tagImage(_ name: String, repository: String, tag: String, force: Bool) async throws(EngineError)
    func removeImage(_ name: String, force: Bool, noPrune: Bool) async throws(EngineError) -> [ImageDeleted]
    /// Removes what no container uses; with the filter `dangling=false` tagged images too.
    func pruneImages(_ filters: Filters) async throws(EngineError) -> ImagesPruned
    /// Reports progress; the last status is the new image's id.
    func importImage(_ request: ImageImport, progress: @escaping ProgressReport) async throws(EngineError)
    /// `archive` is read to its end; the last messages name what was loaded. Images of other platforms than a given one are left
    /// out. Errors: `notFound` when nothing is left.
    func loadImages(
        from archive: ByteChannel, for platform: Platform?, quiet: Bool, progress: @escaping ProgressReport
    ) async throws(EngineError)
    /// Names are resolved before it returns; then the archive is written to the channel that comes back.
    func saveImages(_ names: [String]) async throws(EngineError) -> ByteChannel
    func pullImage(_ request: ImagePull, progress: @escaping ProgressReport) async throws(EngineError)
    func pushImage(_ request: ImagePush, progress: @escaping ProgressReport) async throws(EngineError)
    /// Asks the registry that an authorization names whether it is good.
    func checkAuthorization(_ authorization: RegistryAuthorization) async throws(EngineError) -> RegistryLogin
    /// Asks a registry for images by a word of their names or descriptions.
    func searchImages(_ request: ImageSearch) async throws(EngineError) -> [SearchResult]
    /// What a name stands for in its registry; nothing is loaded.
    func inspectDistribution(
        _ name: String, _ authorization: RegistryAuthorization?
    ) async throws(EngineError) -> DistributionInspect
}

public struct ImageQuery: Sendable {
    public var all = false
    /// Count what images share (costs time).
    public var sharedSize = false
    public var filters: Filters

    public init(filters: Filters = Filters()) { self.filters = filters }
}

public struct ImageImport: Sendable {
    public enum Source: Sendable {
        case body(ByteChannel)
        case url(String)
    }

    public var source: Source
    /// Empty: the image gets no tag.
    public var repository: String
    public var tag: String
    public var message: String
    /// Dockerfile instructions, one each.
    public var changes: [String]
    /// `os[/arch[/variant]]`, empty for the host's.
    public var platform: String

    public init(
        source: Source, repository: String = "", tag: String = "", message: String = "", changes: [String] = [],
        platform: String = ""
    ) {
        self.source = source
        self.repository = repository
        self.tag = tag
        self.message = message
        self.changes = changes
        self.platform = platform
    }
}

public struct ImagePull: Sendable {
    public var name: String
    /// Tag or digest; empty with no tag in the name pulls every tag.
    public var tag: String
    public var platform: String
    public var authorization: RegistryAuthorization?

    public init(
        name: String, tag: String = "", platform: String = "", authorization: RegistryAuthorization? = nil
    ) {
        self.name = name
        self.tag = tag
        self.platform = platform
        self.authorization = authorization
    }
}
