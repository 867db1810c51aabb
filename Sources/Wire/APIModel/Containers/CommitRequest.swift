/// What `POST /commit` asks for.
public struct CommitRequest: Sendable {
    /// Name or id.
    public var container: String
    /// Empty: the image gets no name.
    public var repository: String
    public var tag: String
    public var comment = ""
    public var author = ""
    /// Hold the container still meanwhile.
    public var pauses = true
    /// Dockerfile instructions, one each.
    public var changes: [String] = []
    /// In place of the container's own settings, which fill what it leaves open.
    public var config: ContainerConfig?

    public init(container: String, repository: String = "", tag: String = "") {
        self.container = container
        self.repository = repository
        self.tag = tag
    }
}
