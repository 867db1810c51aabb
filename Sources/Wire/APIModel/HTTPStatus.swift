public import Primitives

/// The one table between error kinds and HTTP status codes; the server reads it forwards, the client backwards.
extension EngineError.Kind {
    public var httpStatus: Int {
        switch self {
        case .notModified: 304
        case .badParameter: 400
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound: 404
        case .notAcceptable: 406
        case .conflict: 409
        case .internal: 500
        case .notImplemented: 501
        case .unavailable: 503
        }
    }

    /// The kind a status stands for; unknown client errors are `badParameter`, the rest `internal`.
    public init(httpStatus: Int) {
        let exact = Self.allCases.first { $0.httpStatus == httpStatus }
        self = exact ?? ((400..<500).contains(httpStatus) ? .badParameter : .internal)
    }
}
