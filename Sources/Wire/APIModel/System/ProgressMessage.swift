public import OrderedJSON

/// One object of the progress streams of pull, import, load, build and push.
public struct ProgressMessage: Codable, Sendable {
    public struct Detail: Codable, Sendable {
        public var current: Int64?
        public var total: Int64?

        public init(current: Int64? = nil, total: Int64? = nil) {
            self.current = current
            self.total = total
        }
    }

    public struct Failure: Codable, Sendable {
        public var code: Int?
        public var message: String

        public init(code: Int? = nil, message: String) {
            self.code = code
            self.message = message
        }
    }

    public var stream: String?
    public var status: String?
    public var progressDetail: Detail?
    /// The bar as text, for clients that print it.
    public var progress: String?
    public var id: String?
    public var errorDetail: Failure?
    public var error: String?
    /// What a program wants to know of the result: of a push, tag, digest and size.
    public var aux: JSONValue?

    public init(status: String? = nil, id: String? = nil, stream: String? = nil, progressDetail: Detail? = nil) {
        self.status = status
        self.id = id
        self.stream = stream
        self.progressDetail = progressDetail
    }
}

/// Takes progress as it happens. Called from any thread, in order.
public typealias ProgressReport = @Sendable (ProgressMessage) -> Void
